#include "layer_norm.h"

#include <algorithm>

#include "arguments.h"
#include "scratch.h"
#include "dropout.h"
#include "threads.h"

namespace finetune {
namespace {

// Fewer elements are done sooner by one thread than shared.
constexpr size_t kGrain = 1 << 15;

struct Normalisation {
  const float* x;
  const float* residual;
  const float* gamma;
  const float* beta;
  size_t columns;
  float eps;
  DropoutArguments drop;
};

// factors = dropout's, if there is any; sum = x * factors + residual.
template <class Vector>
static INLINE void input_row(float* sum, float* factors, const Normalisation& norm, size_t row) {
  const size_t columns = norm.columns;
  const float* x = norm.x + row * columns;
  if (norm.drop.active()) {
    dropout_factors<Vector>(factors, norm.drop.first + row * columns, columns, norm.drop.key, norm.drop.rule);
    for (size_t i = 0; i < columns; i++) sum[i] = x[i] * factors[i];
  } else {
    std::memcpy(sum, x, columns * sizeof(float));
  }
  if (norm.residual != nullptr) {
    const float* residual = norm.residual + row * columns;
    for (size_t i = 0; i < columns; i++) sum[i] += residual[i];
  }
}

template <class Vector>
static INLINE void forward_rows(float* out, const Normalisation& norm, size_t begin, size_t end, float* sum,
                         float* factors) {
  const size_t columns = norm.columns;
  for (size_t row = begin; row < end; row++) {
    input_row<Vector>(sum, factors, norm, row);
    const RowStatistics statistics = row_statistics<Vector>(sum, columns, norm.eps);
    normalise_row<Vector>(out + row * columns, sum, norm.gamma, norm.beta, columns, statistics);
  }
}

template <class Vector>
static INLINE void gradient_row(float* dx, float* dgamma, float* dbeta, const float* dy, const float* x,
                                const float* gamma, size_t columns, float eps) {
  const RowStatistics s = row_statistics<Vector>(x, columns, eps);
  Vector total{};
  Vector projected{};
  const auto accumulate = [&](Vector x, Vector dy, Vector gamma, Vector* dgamma, Vector* dbeta) INLINE_LAMBDA {
    const Vector normalised = (x - s.mean) * s.inverse_deviation;
    const Vector scaled = dy * gamma;
    total += scaled;
    projected += scaled * normalised;
    *dgamma += dy * normalised;
    *dbeta += dy;
  };
  for_lanes<Vector>(
      0, columns,
      [&](size_t i) INLINE_LAMBDA {
        Vector g = load<Vector>(dgamma + i), b = load<Vector>(dbeta + i);
        accumulate(load<Vector>(x + i), load<Vector>(dy + i), load<Vector>(gamma + i), &g, &b);
        store(dgamma + i, g);
        store(dbeta + i, b);
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        Vector g = load_part<Vector>(dgamma + i, n), b = load_part<Vector>(dbeta + i, n);
        accumulate(load_part<Vector>(x + i, n), load_part<Vector>(dy + i, n), load_part<Vector>(gamma + i, n), &g, &b);
        store_part(dgamma + i, g, n);
        store_part(dbeta + i, b, n);
      });
  const float mean = sum(total) / static_cast<float>(columns);
  const float projection = sum(projected) / static_cast<float>(columns);
  const auto gradient = [&](Vector x, Vector dy, Vector gamma) INLINE_LAMBDA {
    const Vector normalised = (x - s.mean) * s.inverse_deviation;
    return (dy * gamma - mean - normalised * projection) * s.inverse_deviation;
  };
  for_lanes<Vector>(
      0, columns,
      [&](size_t i) INLINE_LAMBDA { store(dx + i, gradient(load<Vector>(x + i), load<Vector>(dy + i), load<Vector>(gamma + i))); },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        store_part(dx + i, gradient(load_part<Vector>(x + i, n), load_part<Vector>(dy + i, n), load_part<Vector>(gamma + i, n)), n);
      });
}

struct Gradients {
  float* dx;
  float* dresidual;
  const float* dy;
};

template <class Vector>
static INLINE void backward_rows(const Gradients& gradients, float* dgamma, float* dbeta, const Normalisation& norm,
                          size_t begin, size_t end, float* sum, float* factors) {
  const size_t columns = norm.columns;
  for (size_t row = begin; row < end; row++) {
    input_row<Vector>(sum, factors, norm, row);
    float* dx = gradients.dx + row * columns;
    gradient_row<Vector>(dx, dgamma, dbeta, gradients.dy + row * columns, sum, norm.gamma, columns, norm.eps);
    if (gradients.dresidual != nullptr) {
      std::memcpy(gradients.dresidual + row * columns, dx, columns * sizeof(float));
    }
    if (norm.drop.active()) {
      for (size_t i = 0; i < columns; i++) dx[i] *= factors[i];
    }
  }
}

}  // namespace

void layer_norm_gradient_row(float* dx, float* dgamma, float* dbeta, const float* dy, const float* x,
                             const float* gamma, size_t columns, float eps) {
  vectorised([&](auto vector) INLINE_LAMBDA {
    gradient_row<decltype(vector)>(dx, dgamma, dbeta, dy, x, gamma, columns, eps);
  });
}

void dropout_add_layer_norm(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "dropoutAddLayerNorm");
  const size_t rows = arguments.length(5, "rows");
  const size_t columns = arguments.length(6, "columns");
  const size_t size = arguments.product({rows, columns}, "x");
  const Floats out = arguments.floats(0, "out", size);
  const Normalisation norm{arguments.floats(1, "x", size).data,
                           arguments.optional_floats(2, "residual", size).data,
                           arguments.floats(3, "gamma", columns).data,
                           arguments.floats(4, "beta", columns).data,
                           columns,
                           static_cast<float>(arguments.number(7, "eps")),
                           DropoutArguments(arguments, 8)};
  scratch(0, 0, columns);
  parallel_for(rows, kGrain / columns, [&](size_t begin, size_t end, int part) {
    float* const sum = scratch(part, 0, columns);
    float* const factors = scratch(part, 1, columns);
    vectorised([&](auto vector) INLINE_LAMBDA {
      forward_rows<decltype(vector)>(out.data, norm, begin, end, sum, factors);
    });
  });
}

void dropout_add_layer_norm_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "dropoutAddLayerNormGradient");
  const size_t rows = arguments.length(8, "rows");
  const size_t columns = arguments.length(9, "columns");
  const size_t size = arguments.product({rows, columns}, "x");
  const Gradients gradients{arguments.floats(0, "dx", size).data,
                            arguments.optional_floats(1, "dresidual", size).data,
                            arguments.floats(4, "dy", size).data};
  const Floats dgamma = arguments.floats(2, "dgamma", columns);
  const Floats dbeta = arguments.floats(3, "dbeta", columns);
  const Normalisation norm{arguments.floats(5, "x", size).data,
                           arguments.optional_floats(6, "residual", size).data,
                           arguments.floats(7, "gamma", columns).data,
                           nullptr,
                           columns,
                           static_cast<float>(arguments.number(10, "eps")),
                           DropoutArguments(arguments, 11)};
  std::fill_n(dgamma.data, columns, 0.0f);
  std::fill_n(dbeta.data, columns, 0.0f);
  // Each thread sums into places of its own; the parts are then added in the threads' order.
  const int threads = thread_count();
  for (int t = 0; t < threads; t++) {
    std::fill_n(scratch(t, 2, columns), columns, 0.0f);
    std::fill_n(scratch(t, 3, columns), columns, 0.0f);
  }
  parallel_for(rows, kGrain / columns, [&](size_t begin, size_t end, int part) {
    float* const sum = scratch(part, 0, columns);
    float* const factors = scratch(part, 1, columns);
    float* const gamma_part = scratch(part, 2, columns);
    float* const beta_part = scratch(part, 3, columns);
    vectorised([&](auto vector) INLINE_LAMBDA {
      backward_rows<decltype(vector)>(gradients, gamma_part, beta_part, norm, begin, end, sum, factors);
    });
  });
  for (int t = 0; t < threads; t++) {
    const float* gamma_part = scratch(t, 2, columns);
    const float* beta_part = scratch(t, 3, columns);
    for (size_t i = 0; i < columns; i++) dgamma.data[i] += gamma_part[i];
    for (size_t i = 0; i < columns; i++) dbeta.data[i] += beta_part[i];
  }
}

}  // namespace finetune
