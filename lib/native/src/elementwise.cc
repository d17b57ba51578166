#include "elementwise.h"

#include "arguments.h"
#include "scratch.h"
#include "threads.h"
#include "vector.h"

namespace finetune {
namespace {

// Sums and copies of fewer elements take less time than waking the other threads.
constexpr size_t kLightGrain = 1 << 17;
constexpr size_t kGrain = 1 << 13;

template <class Vector>
static INLINE void add_part(float* out, const float* a, const float* b, size_t begin, size_t end) {
  for_lanes<Vector>(
      begin, end, [&](size_t i) INLINE_LAMBDA { store(out + i, load<Vector>(a + i) + load<Vector>(b + i)); },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        store_part(out + i, load_part<Vector>(a + i, n) + load_part<Vector>(b + i, n), n);
      });
}

// Columns `begin` … `end` - 1, the rows from top to bottom.
template <class Vector>
static INLINE void sum_columns(float* out, const float* x, size_t rows, size_t columns, size_t begin, size_t end) {
  constexpr size_t kWidth = kLanes<Vector>;
  size_t wide = begin;
  for (; wide + 8 * kWidth <= end; wide += 8 * kWidth) {
    Vector totals[8] = {};
    for (size_t row = 0; row < rows; row++) {
      for (size_t j = 0; j < 8; j++) totals[j] += load<Vector>(x + row * columns + wide + j * kWidth);
    }
    for (size_t j = 0; j < 8; j++) store(out + wide + j * kWidth, totals[j]);
  }
  for_lanes<Vector>(
      wide, end,
      [&](size_t i) INLINE_LAMBDA {
        Vector total{};
        for (size_t row = 0; row < rows; row++) total += load<Vector>(x + row * columns + i);
        store(out + i, total);
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        Vector total{};
        for (size_t row = 0; row < rows; row++) total += load_part<Vector>(x + row * columns + i, n);
        store_part(out + i, total, n);
      });
}

template <class Vector>
static INLINE Vector normal_distribution(Vector x) {
  return 0.5f + 0.5f * error_function(x * 0.70710678118654752f);
}

struct Gelu {
  template <class Vector>
  static INLINE Vector value(Vector x) {
    return x * normal_distribution(x);
  }
  template <class Vector>
  static INLINE Vector slope(Vector x) {
    return normal_distribution(x) + x * (0.39894228040143268f * exponential(-0.5f * x * x));
  }
};

struct GeluNew {
  static constexpr float kFactor = 0.79788456080286536f, kCubic = 0.044715f;

  template <class Vector>
  static INLINE Vector inner(Vector x) {
    return kFactor * (x + kCubic * x * x * x);
  }
  template <class Vector>
  static INLINE Vector value(Vector x) {
    return 0.5f * x * (1.0f + hyperbolic_tangent(inner(x)));
  }
  template <class Vector>
  static INLINE Vector slope(Vector x) {
    const Vector y = hyperbolic_tangent(inner(x));
    const Vector inner_slope = kFactor * (1.0f + 3 * kCubic * x * x);
    return 0.5f * (1.0f + y + x * (1.0f - y * y) * inner_slope);
  }
};

struct Tanh {
  template <class Vector>
  static INLINE Vector value(Vector x) {
    return hyperbolic_tangent(x);
  }
  template <class Vector>
  static INLINE Vector slope(Vector x) {
    const Vector y = hyperbolic_tangent(x);
    return 1.0f - y * y;
  }
};

template <class Function, class Vector>
static INLINE void value_part(float* out, const float* x, size_t begin, size_t end) {
  for_lanes<Vector>(
      begin, end, [&](size_t i) INLINE_LAMBDA { store(out + i, Function::value(load<Vector>(x + i))); },
      [&](size_t i, size_t n) INLINE_LAMBDA { store_part(out + i, Function::value(load_part<Vector>(x + i, n)), n); });
}

template <class Function, class Vector>
static INLINE void gradient_part(float* out, const float* dy, const float* x, size_t begin, size_t end) {
  for_lanes<Vector>(
      begin, end,
      [&](size_t i) INLINE_LAMBDA { store(out + i, load<Vector>(dy + i) * Function::slope(load<Vector>(x + i))); },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        store_part(out + i, load_part<Vector>(dy + i, n) * Function::slope(load_part<Vector>(x + i, n)), n);
      });
}

template <class Vector>
static INLINE void gate_row(float* out, const float* x, size_t width) {
  const float* gate = x + width;
  for_lanes<Vector>(
      0, width,
      [&](size_t i) INLINE_LAMBDA { store(out + i, Gelu::value(load<Vector>(x + i)) * load<Vector>(gate + i)); },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        store_part(out + i, Gelu::value(load_part<Vector>(x + i, n)) * load_part<Vector>(gate + i, n), n);
      });
}

template <class Vector>
static INLINE void gate_row_gradient(float* dx, const float* dy, const float* x, size_t width) {
  const float* gate = x + width;
  for_lanes<Vector>(
      0, width,
      [&](size_t i) INLINE_LAMBDA {
        const Vector y = load<Vector>(dy + i), in = load<Vector>(x + i);
        store(dx + i, y * load<Vector>(gate + i) * Gelu::slope(in));
        store(dx + width + i, y * Gelu::value(in));
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        const Vector y = load_part<Vector>(dy + i, n), in = load_part<Vector>(x + i, n);
        store_part(dx + i, y * load_part<Vector>(gate + i, n) * Gelu::slope(in), n);
        store_part(dx + width + i, y * Gelu::value(in), n);
      });
}

template <class Function>
void values(const Napi::CallbackInfo& info, const char* name) {
  const Arguments arguments(info, name);
  const Floats x = arguments.floats(1, "x");
  const Floats out = arguments.floats(0, "out", x.size);
  parallel_for(x.size, kGrain, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA {
      value_part<Function, decltype(vector)>(out.data, x.data, begin, end);
    });
  });
}

template <class Function>
void gradients(const Napi::CallbackInfo& info, const char* name) {
  const Arguments arguments(info, name);
  const Floats x = arguments.floats(2, "x");
  const Floats dy = arguments.floats(1, "dy", x.size);
  const Floats out = arguments.floats(0, "out", x.size);
  parallel_for(x.size, kGrain, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA {
      gradient_part<Function, decltype(vector)>(out.data, dy.data, x.data, begin, end);
    });
  });
}

}  // namespace

void add(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "add");
  const Floats out = arguments.floats(0, "out");
  const Floats a = arguments.floats(1, "a", out.size);
  const Floats b = arguments.floats(2, "b", out.size);
  parallel_for(out.size, kLightGrain, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA { add_part<decltype(vector)>(out.data, a.data, b.data, begin, end); });
  });
}

void column_sum(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "columnSum");
  const size_t rows = arguments.length(2, "rows");
  const size_t columns = arguments.length(3, "columns");
  const Floats x = arguments.floats(1, "x", arguments.product({rows, columns}, "x"));
  const Floats out = arguments.floats(0, "out", columns);
  arguments.check_apart(out, "out", x);
  // Parts are whole vectors of columns, so that threads do not share a cache line.
  const size_t vectors = (columns + kMostLanes - 1) / kMostLanes;
  parallel_for(vectors, kLightGrain / rows / kMostLanes, [&](size_t begin, size_t end, int) {
    const size_t from = begin * kMostLanes, to = std::min(end * kMostLanes, columns);
    vectorised([&](auto vector) INLINE_LAMBDA {
      sum_columns<decltype(vector)>(out.data, x.data, rows, columns, from, to);
    });
  });
}

void gelu(const Napi::CallbackInfo& info) { values<Gelu>(info, "gelu"); }

void gelu_gradient(const Napi::CallbackInfo& info) { gradients<Gelu>(info, "geluGradient"); }

void gelu_new(const Napi::CallbackInfo& info) { values<GeluNew>(info, "geluNew"); }

void gelu_new_gradient(const Napi::CallbackInfo& info) { gradients<GeluNew>(info, "geluNewGradient"); }

void geglu(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "geglu");
  const size_t rows = arguments.length(2, "rows"), width = arguments.length(3, "width");
  const Floats out = arguments.floats(0, "out", arguments.product({rows, width}, "out"));
  const Floats x = arguments.floats(1, "x", arguments.product({rows, width, 2}, "x"));
  arguments.check_apart(out, "out", x);
  parallel_for(rows, kGrain / width, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA {
      using Vector = decltype(vector);
      for (size_t row = begin; row < end; row++) gate_row<Vector>(out.data + row * width, x.data + 2 * row * width, width);
    });
  });
}

void geglu_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "gegluGradient");
  const size_t rows = arguments.length(3, "rows"), width = arguments.length(4, "width");
  const Floats dx = arguments.floats(0, "dx", arguments.product({rows, width, 2}, "dx"));
  const Floats dy = arguments.floats(1, "dy", arguments.product({rows, width}, "dy"));
  const Floats x = arguments.floats(2, "x", dx.size);
  arguments.check_apart(dx, "dx", dy);
  arguments.check_apart(dx, "dx", x);
  parallel_for(rows, kGrain / width, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA {
      using Vector = decltype(vector);
      for (size_t row = begin; row < end; row++) {
        gate_row_gradient<Vector>(dx.data + 2 * row * width, dy.data + row * width, x.data + 2 * row * width, width);
      }
    });
  });
}

void tanh(const Napi::CallbackInfo& info) { values<Tanh>(info, "tanh"); }

void tanh_gradient(const Napi::CallbackInfo& info) { gradients<Tanh>(info, "tanhGradient"); }

}  // namespace finetune
