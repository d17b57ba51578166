// The same update is compiled into two loops, over a whole tensor and over rows of a table, which have to agree to the
// last bit: so products and sums are not to be merged, in whatever way it may suit either loop.
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "optimizer.h"

#include <algorithm>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "arguments.h"
#include "convert.h"
#include "threads.h"

namespace finetune {
namespace {

constexpr size_t kGrain = 1 << 15;

// Sums run over blocks of this many elements in f32 and from there on in f64.
constexpr size_t kSumBlock = 4096;

// Asks for what will be needed 2 KB later: the processor's own prefetching stops at each page of 4 KB.
static INLINE void fetch(const float* address) { __builtin_prefetch(address + 512); }

template <class Vector>
static INLINE double sum_of_squares(const float* x, size_t begin, size_t end) {
  double total = 0;
  for (size_t start = begin; start < end; start += kSumBlock) {
    const size_t stop = end - start < kSumBlock ? end : start + kSumBlock;
    Vector a{}, b{}, c{}, d{};
    size_t i = start;
    for (; i + 4 * kLanes<Vector> <= stop; i += 4 * kLanes<Vector>) {
      for (size_t j = 0; j < 4; j++) fetch(x + i + j * kLanes<Vector>);
      const Vector x0 = load<Vector>(x + i), x1 = load<Vector>(x + i + kLanes<Vector>);
      const Vector x2 = load<Vector>(x + i + 2 * kLanes<Vector>), x3 = load<Vector>(x + i + 3 * kLanes<Vector>);
      a += x0 * x0;
      b += x1 * x1;
      c += x2 * x2;
      d += x3 * x3;
    }
    for_lanes<Vector>(
        i, stop, [&](size_t j) INLINE_LAMBDA { a += load<Vector>(x + j) * load<Vector>(x + j); },
        [&](size_t j, size_t n) INLINE_LAMBDA {
          const Vector rest = load_part<Vector>(x + j, n);
          b += rest * rest;
        });
    total += sum((a + b) + (c + d));
  }
  return total;
}

// Larger copies are written past the caches, which they would only fill: the next step reads them.
constexpr size_t kStreamedCopy = size_t{1} << 18;

// bf16 numbers to an address that is a multiple of 16.
template <class Vector>
static INLINE void stream_bfloats(uint16_t* to, Vector x) {
#ifdef __SSE2__
  if constexpr (kLanes<Vector> >= 8) {
    const ShortOf<Vector> bits = to_bfloats(x);
    __m128i parts[sizeof bits / sizeof(__m128i)];
    std::memcpy(parts, &bits, sizeof bits);
    for (size_t i = 0; i < sizeof bits / sizeof(__m128i); i++) _mm_stream_si128(reinterpret_cast<__m128i*>(to) + i, parts[i]);
    return;
  }
#endif
  store_bfloats(to, x);
}

static INLINE void finish_streaming() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

struct Update {
  float step_size, beta1, rest1, beta2, rest2, eps, decay, inverse_correction, gradient_scale;
};

template <class Vector>
static INLINE Vector update(Vector w, Vector g, Vector* m, Vector* v, const Update& u) {
  g *= u.gradient_scale;
  *m = u.beta1 * *m + u.rest1 * g;
  *v = u.beta2 * *v + u.rest2 * (g * g);
  return u.decay * w - u.step_size * *m / (square_root(*v) * u.inverse_correction + u.eps);
}

struct Weights {
  float* weight;
  const float* gradient;
  float* first;
  float* second;
  uint16_t* copy;
  bool stream_copy;
};

// `begin` is a multiple of kMostLanes.
template <class Vector>
static INLINE void update_part(const Weights& weights, const Update& u, size_t begin, size_t end) {
  float* const weight = weights.weight;
  const float* const gradient = weights.gradient;
  float* const first = weights.first;
  float* const second = weights.second;
  uint16_t* const copy = weights.copy;
  const bool stream_copy = weights.stream_copy;
  for_lanes<Vector>(
      begin, end,
      [&](size_t i) INLINE_LAMBDA {
        fetch(weight + i);
        fetch(gradient + i);
        fetch(first + i);
        fetch(second + i);
        Vector m = load<Vector>(first + i), v = load<Vector>(second + i);
        const Vector w = update(load<Vector>(weight + i), load<Vector>(gradient + i), &m, &v, u);
        store(weight + i, w);
        store(first + i, m);
        store(second + i, v);
        if (stream_copy) stream_bfloats(copy + i, w);
        else if (copy != nullptr) store_bfloats(copy + i, w);
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        Vector m = load_part<Vector>(first + i, n), v = load_part<Vector>(second + i, n);
        const Vector w = update(load_part<Vector>(weight + i, n), load_part<Vector>(gradient + i, n), &m, &v, u);
        store_part(weight + i, w, n);
        store_part(first + i, m, n);
        store_part(second + i, v, n);
        if (copy != nullptr) store_bfloats(copy + i, w, n);
      });
  if (stream_copy) finish_streaming();
}

// What the updates of a table have in common, and its history.
struct Table {
  float* weight;
  const float* gradient;
  float* first;
  float* second;
  int32_t* updates;
  const float* history;
  size_t kept;
  int32_t up_to;
  size_t hidden;
  Update constants;

  Update at(int32_t update) const {
    const float* entry = history + 3 * (static_cast<size_t>(update) % kept);
    Update u = constants;
    u.step_size = entry[0];
    u.decay = entry[1];
    u.inverse_correction = entry[2];
    return u;
  }
};

// Elements through all the updates that they missed.
template <class Vector>
static INLINE Vector catch_up(Vector w, Vector g, Vector* m, Vector* v, const Table& table, int32_t done) {
  // Rows that no token has ever touched have moments of zero, and only shrink.
  const bool untouched = maximum(max(*m, -*m)) == 0 && maximum(*v) == 0;
  const int32_t without_gradient = table.gradient == nullptr ? table.up_to : table.up_to - 1;
  for (int32_t u = done + 1; u <= without_gradient; u++) {
    if (untouched) w = table.at(u).decay * w;
    else w = update(w, Vector{}, m, v, table.at(u));
  }
  return table.gradient == nullptr ? w : update(w, g, m, v, table.at(table.up_to));
}

template <class Vector>
static INLINE void update_rows(const Table& table, const int32_t* rows, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    const int32_t done = table.updates[rows[i]];
    if (done >= table.up_to) continue;
    const size_t start = static_cast<size_t>(rows[i]) * table.hidden;
    for_lanes<Vector>(
        start, start + table.hidden,
        [&](size_t i) INLINE_LAMBDA {
          Vector m = load<Vector>(table.first + i), v = load<Vector>(table.second + i);
          const Vector g = table.gradient == nullptr ? Vector{} : load<Vector>(table.gradient + i);
          store(table.weight + i, catch_up(load<Vector>(table.weight + i), g, &m, &v, table, done));
          store(table.first + i, m);
          store(table.second + i, v);
        },
        [&](size_t i, size_t n) INLINE_LAMBDA {
          Vector m = load_part<Vector>(table.first + i, n), v = load_part<Vector>(table.second + i, n);
          const Vector g = table.gradient == nullptr ? Vector{} : load_part<Vector>(table.gradient + i, n);
          store_part(table.weight + i, catch_up(load_part<Vector>(table.weight + i, n), g, &m, &v, table, done), n);
          store_part(table.first + i, m, n);
          store_part(table.second + i, v, n);
        });
    table.updates[rows[i]] = table.up_to;
  }
}

// 1 - beta is taken before rounding to f32: of 0.999, little would be left to take it from.
Update update_constants(const Arguments& arguments, size_t index) {
  const double beta1 = arguments.number(index, "beta1");
  const double beta2 = arguments.number(index + 1, "beta2");
  Update u{};
  u.beta1 = static_cast<float>(beta1);
  u.rest1 = static_cast<float>(1 - beta1);
  u.beta2 = static_cast<float>(beta2);
  u.rest2 = static_cast<float>(1 - beta2);
  u.eps = static_cast<float>(arguments.number(index + 2, "eps"));
  return u;
}

}  // namespace

double sum_of_squares(Floats x) {
  std::vector<double> parts(thread_count(), 0.0);
  const size_t blocks = (x.size + kSumBlock - 1) / kSumBlock;
  parallel_for(blocks, 4, [&](size_t begin, size_t end, int part) {
    const size_t from = begin * kSumBlock, to = std::min(end * kSumBlock, x.size);
    parts[part] = vectorised([&](auto vector) INLINE_LAMBDA { return sum_of_squares<decltype(vector)>(x.data, from, to); });
  });
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

Napi::Value squared_sum(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "squaredSum");
  return Napi::Number::New(info.Env(), sum_of_squares(arguments.floats(0, "x")));
}

Napi::Value squared_sum_rows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "squaredSumRows");
  const Floats x = arguments.floats(0, "x");
  const Ints rows = arguments.ints(1, "rows");
  const size_t width = arguments.length(2, "width");
  arguments.check_range(rows, x.size / width, "rows");
  double total = 0;
  vectorised([&](auto vector) INLINE_LAMBDA {
    for (size_t i = 0; i < rows.size; i++) {
      const size_t begin = static_cast<size_t>(rows.data[i]) * width;
      total += sum_of_squares<decltype(vector)>(x.data, begin, begin + width);
    }
  });
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
  Update u = update_constants(arguments, 6);
  u.step_size = number(5, "stepSize");
  u.decay = number(9, "decay");
  u.inverse_correction = number(10, "inverseCorrection");
  u.gradient_scale = number(11, "gradientScale");
  const bool stream_copy = copy && size >= kStreamedCopy && reinterpret_cast<uintptr_t>(copy.data) % 16 == 0;
  const Weights weights{weight.data, gradient.data, first.data, second.data, copy.data, stream_copy};
  const size_t vectors = (size + kMostLanes - 1) / kMostLanes;
  parallel_for(vectors, kGrain / kMostLanes, [&](size_t begin, size_t end, int) {
    const size_t from = begin * kMostLanes, to = std::min(end * kMostLanes, size);
    vectorised([&](auto vector) INLINE_LAMBDA { update_part<decltype(vector)>(weights, u, from, to); });
  });
}

void adamw_rows(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "adamwRows");
  const size_t hidden = arguments.length(8, "hidden");
  const Floats weight = arguments.floats(0, "weight");
  const Ints updates = arguments.ints(5, "updates");
  if (arguments.product({updates.size, hidden}, "updates") != weight.size) arguments.fail_range("updates", "needs an element for each row");
  const Ints rows = arguments.ints(4, "rows");
  arguments.check_range(rows, updates.size, "rows");
  const Floats history = arguments.floats(6, "history");
  const size_t kept = history.size / 3;
  const size_t up_to = arguments.length(7, "upTo");
  if (up_to >= 0x7fffffff) arguments.fail_range("upTo", "must be below 2^31 - 1");
  for (size_t i = 0; i < rows.size; i++) {
    const int32_t done = updates.data[rows.data[i]];
    if (done < 0 || up_to > kept + done) arguments.fail_range("updates", "is older than the history");
  }
  const Floats first = arguments.floats(2, "first", weight.size);
  const Floats second = arguments.floats(3, "second", weight.size);
  arguments.check_apart(updates, "updates", rows);
  for (const Ints& places : {rows, updates}) {
    arguments.check_apart(weight, "weight", places);
    arguments.check_apart(first, "first", places);
    arguments.check_apart(second, "second", places);
  }
  Table table{weight.data,
              arguments.optional_floats(1, "gradient", weight.size).data,
              first.data,
              second.data,
              updates.data,
              history.data,
              kept,
              static_cast<int32_t>(up_to),
              hidden,
              update_constants(arguments, 9)};
  table.constants.gradient_scale = static_cast<float>(arguments.number(12, "gradientScale"));
  parallel_for(rows.size, kGrain / hidden / 4, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA { update_rows<decltype(vector)>(table, rows.data, begin, end); });
  });
}

}  // namespace finetune
