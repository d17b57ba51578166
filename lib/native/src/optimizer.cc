#include "optimizer.h"

#include <vector>

#include "arguments.h"
#include "convert.h"
#include "threads.h"

namespace finetune {
namespace {

constexpr size_t kGrain = 1 << 13;

// Sums run over blocks of this many elements in f32 and from there on in f64.
constexpr size_t kSumBlock = 4096;

KERNEL double sum_of_squares(const float* x, size_t begin, size_t end) {
  double total = 0;
  for (size_t start = begin; start < end; start += kSumBlock) {
    const size_t stop = end - start < kSumBlock ? end : start + kSumBlock;
    Vector a{}, b{}, c{}, d{};
    size_t i = start;
    for (; i + 4 * kLanes <= stop; i += 4 * kLanes) {
      const Vector x0 = load(x + i), x1 = load(x + i + kLanes);
      const Vector x2 = load(x + i + 2 * kLanes), x3 = load(x + i + 3 * kLanes);
      a += x0 * x0;
      b += x1 * x1;
      c += x2 * x2;
      d += x3 * x3;
    }
    for_lanes(
        i, stop, [&](size_t j) INLINE_LAMBDA { a += load(x + j) * load(x + j); },
        [&](size_t j, size_t n) INLINE_LAMBDA {
          const Vector rest = load_part(x + j, n);
          b += rest * rest;
        });
    total += sum((a + b) + (c + d));
  }
  return total;
}

struct Update {
  float step_size, beta1, rest1, beta2, rest2, eps, decay, inverse_correction, gradient_scale;
};

static INLINE Vector update(Vector w, Vector g, Vector* m, Vector* v, const Update& u) {
  g *= u.gradient_scale;
  *m = u.beta1 * *m + u.rest1 * g;
  *v = u.beta2 * *v + u.rest2 * (g * g);
  return u.decay * w - u.step_size * *m / (square_root(*v) * u.inverse_correction + u.eps);
}

KERNEL void update_part(float* weight, const float* gradient, float* first, float* second, uint16_t* copy,
                        const Update& u, size_t begin, size_t end) {
  for_lanes(
      begin, end,
      [&](size_t i) INLINE_LAMBDA {
        Vector m = load(first + i), v = load(second + i);
        const Vector w = update(load(weight + i), load(gradient + i), &m, &v, u);
        store(weight + i, w);
        store(first + i, m);
        store(second + i, v);
        if (copy != nullptr) store_bfloats(copy + i, w);
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        Vector m = load_part(first + i, n), v = load_part(second + i, n);
        const Vector w = update(load_part(weight + i, n), load_part(gradient + i, n), &m, &v, u);
        store_part(weight + i, w, n);
        store_part(first + i, m, n);
        store_part(second + i, v, n);
        if (copy != nullptr) store_bfloats(copy + i, w, n);
      });
}

}  // namespace

Napi::Value squared_sum(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "squaredSum");
  const Floats x = arguments.floats(0, "x");
  std::vector<double> parts(thread_count(), 0.0);
  const size_t blocks = (x.size + kSumBlock - 1) / kSumBlock;
  parallel_for(blocks, 4, [&](size_t begin, size_t end, int part) {
    parts[part] = sum_of_squares(x.data, begin * kSumBlock, std::min(end * kSumBlock, x.size));
  });
  double total = 0;
  for (const double part : parts) total += part;
  return Napi::Number::New(info.Env(), total);
}

void adamw(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "adamw");
  const Floats weight = arguments.floats(0, "weight");
  const size_t size = weight.size;
  const Floats gradient = arguments.floats(1, "gradient", size);
  const Floats first = arguments.floats(2, "first", size);
  const Floats second = arguments.floats(3, "second", size);
  const Bfloats copy = arguments.optional_bfloats(4, "copy", size);
  const auto number = [&](size_t index, const char* name) {
    return static_cast<float>(arguments.number(index, name));
  };
  // 1 - beta is taken before rounding to f32: of 0.999, little would be left to take it from.
  const auto rest = [&](size_t index, const char* name) {
    return static_cast<float>(1 - arguments.number(index, name));
  };
  const Update u{number(5, "stepSize"),    number(6, "beta1"),
                 rest(6, "beta1"),         number(7, "beta2"),
                 rest(7, "beta2"),         number(8, "eps"),
                 number(9, "decay"),       number(10, "inverseCorrection"),
                 number(11, "gradientScale")};
  parallel_for(size, kGrain, [&](size_t begin, size_t end, int) {
    update_part(weight.data, gradient.data, first.data, second.data, copy.data, u, begin, end);
  });
}

}  // namespace finetune
