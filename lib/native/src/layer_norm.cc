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
static INLINE void input_row(float* sum, float* factors, const Normalisation& norm, size_t row) {
  const size_t columns = norm.columns;
  const float* x = norm.x + row * columns;
  if (norm.drop.active()) {
    dropout_factors(factors, row * columns, columns, norm.drop.key, norm.drop.rule);
    for (size_t i = 0; i < columns; i++) sum[i] = x[i] * factors[i];
  } else {
    std::memcpy(sum, x, columns * sizeof(float));
  }
  if (norm.residual != nullptr) {
    const float* residual = norm.residual + row * columns;
    for (size_t i = 0; i < columns; i++) sum[i] += residual[i];
  }
}

KERNEL void forward_rows(float* out, const Normalisation& norm, size_t begin, size_t end, float* sum,
                         float* factors) {
  const size_t columns = norm.columns;
  for (size_t row = begin; row < end; row++) {
    input_row(sum, factors, norm, row);
    const RowStatistics statistics = row_statistics(sum, columns, norm.eps);
    normalise_row(out + row * columns, sum, norm.gamma, norm.beta, columns, statistics);
  }
}

static INLINE void gradient_row(float* dx, float* dgamma, float* dbeta, const float* dy, const float* x,
                                const float* gamma, size_t columns, float eps) {
  const RowStatistics s = row_statistics(x, columns, eps);
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
  for_lanes(
      0, columns,
      [&](size_t i) INLINE_LAMBDA {
        Vector g = load(dgamma + i), b = load(dbeta + i);
        accumulate(load(x + i), load(dy + i), load(gamma + i), &g, &b);
        store(dgamma + i, g);
        store(dbeta + i, b);
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        Vector g = load_part(dgamma + i, n), b = load_part(dbeta + i, n);
        accumulate(load_part(x + i, n), load_part(dy + i, n), load_part(gamma + i, n), &g, &b);
        store_part(dgamma + i, g, n);
        store_part(dbeta + i, b, n);
      });
  const float mean = sum(total) / static_cast<float>(columns);
  const float projection = sum(projected) / static_cast<float>(columns);
  const auto gradient = [&](Vector x, Vector dy, Vector gamma) INLINE_LAMBDA {
    const Vector normalised = (x - s.mean) * s.inverse_deviation;
    return (dy * gamma - mean - normalised * projection) * s.inverse_deviation;
  };
  for_lanes(
      0, columns,
      [&](size_t i) INLINE_LAMBDA { store(dx + i, gradient(load(x + i), load(dy + i), load(gamma + i))); },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        store_part(dx + i, gradient(load_part(x + i, n), load_part(dy + i, n), load_part(gamma + i, n)), n);
      });
}

KERNEL void gradient_row_kernel(float* dx, float* dgamma, float* dbeta, const float* dy, const float* x,
                                const float* gamma, size_t columns, float eps) {
  gradient_row(dx, dgamma, dbeta, dy, x, gamma, columns, eps);
}

struct Gradients {
  float* dx;
  float* dresidual;
  const float* dy;
};

KERNEL void backward_rows(const Gradients& gradients, float* dgamma, float* dbeta, const Normalisation& norm,
                          size_t begin, size_t end, float* sum, float* factors) {
  const size_t columns = norm.columns;
  for (size_t row = begin; row < end; row++) {
    input_row(sum, factors, norm, row);
    float* dx = gradients.dx + row * columns;
    gradient_row(dx, dgamma, dbeta, gradients.dy + row * columns, sum, norm.gamma, columns, norm.eps);
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
  gradient_row_kernel(dx, dgamma, dbeta, dy, x, gamma, columns, eps);
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
    forward_rows(out.data, norm, begin, end, scratch(part, 0, columns), scratch(part, 1, columns));
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
    backward_rows(gradients, scratch(part, 2, columns), scratch(part, 3, columns), norm, begin, end,
                  scratch(part, 0, columns), scratch(part, 1, columns));
  });
  for (int t = 0; t < threads; t++) {
    const float* gamma_part = scratch(t, 2, columns);
    const float* beta_part = scratch(t, 3, columns);
    for (size_t i = 0; i < columns; i++) dgamma.data[i] += gamma_part[i];
    for (size_t i = 0; i < columns; i++) dbeta.data[i] += beta_part[i];
  }
}

}  // namespace finetune
