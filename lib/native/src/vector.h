// Vectors of floats, as many at a time as the registers hold: sixteen with AVX-512, eight with AVX2, four elsewhere. A kernel
// is a template over the vector's type; `vectorised` runs the instance that suits the processor, compiled for its
// instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_INSTRUCTION_SETS
#endif

// Inlined into its caller and compiled for the caller's instruction set.
#define INLINE inline __attribute__((always_inline))
#define INLINE_LAMBDA __attribute__((always_inline))

namespace finetune {

// The numbers of a vector's lanes, as floats and as integers of 64 bits or less.
template <size_t kCount>
struct LaneTypes;

#define LANE_TYPES(count)                                                                 \
  template <>                                                                             \
  struct LaneTypes<count> {                                                               \
    using Float = float __attribute__((vector_size(4 * count)));                          \
    using Int = int32_t __attribute__((vector_size(4 * count)));                          \
    using Uint = uint32_t __attribute__((vector_size(4 * count)));                        \
    using Long = uint64_t __attribute__((vector_size(4 * count)));                        \
    using Short = uint16_t __attribute__((vector_size(2 * count)));                       \
    /* In memory, aligned like a float. */                                                \
    using Unaligned = float __attribute__((vector_size(4 * count), aligned(4), may_alias)); \
  };
LANE_TYPES(4)
LANE_TYPES(8)
LANE_TYPES(16)
#undef LANE_TYPES

template <class Vector>
constexpr size_t kLanes = sizeof(Vector) / sizeof(float);

template <class Vector>
using IntOf = typename LaneTypes<kLanes<Vector>>::Int;
template <class Vector>
using UintOf = typename LaneTypes<kLanes<Vector>>::Uint;
template <class Vector>
using LongOf = typename LaneTypes<kLanes<Vector>>::Long;
template <class Vector>
using ShortOf = typename LaneTypes<kLanes<Vector>>::Short;

using Vector4 = LaneTypes<4>::Float;
using Vector8 = LaneTypes<8>::Float;
using Vector16 = LaneTypes<16>::Float;

// Lanes of the widest vector: what is shared among threads, or laid out in memory, is cut at multiples of it.
constexpr size_t kMostLanes = 16;

enum class InstructionSet { kBasic, kAvx2, kAvx512 };

// What kernels run on: the best that the processor has, or less where FINETUNE_MAX_ISA says so (AVX2, or basic).
InstructionSet instruction_set();

#if defined(HAS_INSTRUCTION_SETS)

template <class Body>
__attribute__((target("arch=x86-64-v4"))) auto run_avx512(Body& body) {
  return body(Vector16{});
}
template <class Body>
__attribute__((target("arch=x86-64-v3"))) auto run_avx2(Body& body) {
  return body(Vector8{});
}

// body(vector): `vector` tells the type alone; body is an INLINE_LAMBDA.
template <class Body>
auto vectorised(Body body) {
  switch (instruction_set()) {
    case InstructionSet::kAvx512: return run_avx512(body);
    case InstructionSet::kAvx2: return run_avx2(body);
    default: return body(Vector4{});
  }
}

#else

// clang makes of a wide vector several of the registers' width, which keeps more additions under way at a time.
template <class Body>
auto vectorised(Body body) {
  return body(Vector16{});
}

#endif

template <class Vector>
static INLINE Vector load(const float* from) {
  return *reinterpret_cast<const typename LaneTypes<kLanes<Vector>>::Unaligned*>(from);
}
template <class Vector>
static INLINE void store(float* to, Vector x) {
  *reinterpret_cast<typename LaneTypes<kLanes<Vector>>::Unaligned*>(to) = x;
}
template <class Vector>
static INLINE Vector broadcast(float x) {
  return x - Vector{};
}

// The first `count` lanes from memory (fewer than all), zero in the others.
template <class Vector>
static INLINE Vector load_part(const float* from, size_t count) {
  Vector x{};
  std::memcpy(&x, from, count * sizeof(float));
  return x;
}
template <class Vector>
static INLINE void store_part(float* to, Vector x, size_t count) {
  std::memcpy(to, &x, count * sizeof(float));
}

// Calls whole(index) for whole vectors, then part(index, lanes) for what is left over.
template <class Vector, class Whole, class Part>
static INLINE void for_lanes(size_t begin, size_t end, Whole whole, Part part) {
  size_t i = begin;
  for (; i + kLanes<Vector> <= end; i += kLanes<Vector>) whole(i);
  if (i < end) part(i, end - i);
}

template <class Vector>
static INLINE Vector max(Vector a, Vector b) {
  return a > b ? a : b;
}
template <class Vector>
static INLINE Vector min(Vector a, Vector b) {
  return a < b ? a : b;
}

// Lane i gets lane kFrom(i) of both vectors, the second one's counted on from the first one's.
template <class Order, class Vector, size_t... kTo>
static INLINE Vector shuffle(Vector a, Vector b, std::index_sequence<kTo...>) {
#if defined(__clang__)
  return __builtin_shufflevector(a, b, static_cast<int>(Order::from(kTo))...);
#else
  return __builtin_shuffle(a, b, IntOf<Vector>{static_cast<int32_t>(Order::from(kTo))...});
#endif
}
template <class Order, class Vector>
static INLINE Vector shuffle(Vector a, Vector b) {
  return shuffle<Order>(a, b, std::make_index_sequence<kLanes<Vector>>());
}

// Lane i gets lane i + kBy, around the end.
template <size_t kBy, size_t kCount>
struct Shifted {
  static constexpr size_t from(size_t to) { return (to + kBy) % kCount; }
};
// The lanes from kFirst on of both in turn, kWidth at a time.
template <size_t kFirst, size_t kWidth, size_t kCount>
struct Interleaved {
  static constexpr size_t from(size_t to) {
    const size_t pair = to / (2 * kWidth), place = to % (2 * kWidth);
    return kFirst + pair * kWidth + (place < kWidth ? place : kCount + place - kWidth);
  }
};

// Lanes 0 … n/2 - 1, or n/2 … n - 1, of both in turn.
template <class Vector>
static INLINE Vector interleave_lower(Vector a, Vector b) {
  return shuffle<Interleaved<0, 1, kLanes<Vector>>>(a, b);
}
template <class Vector>
static INLINE Vector interleave_upper(Vector a, Vector b) {
  return shuffle<Interleaved<kLanes<Vector> / 2, 1, kLanes<Vector>>>(a, b);
}
// The same with pairs of lanes.
template <class Vector>
static INLINE Vector interleave_pairs_lower(Vector a, Vector b) {
  return shuffle<Interleaved<0, 2, kLanes<Vector>>>(a, b);
}
template <class Vector>
static INLINE Vector interleave_pairs_upper(Vector a, Vector b) {
  return shuffle<Interleaved<kLanes<Vector> / 2, 2, kLanes<Vector>>>(a, b);
}

// Lanes are joined pairwise, always in the same order.
template <size_t kBy, class Vector, class Join>
static INLINE float join_lanes(Vector x, Join join) {
  if constexpr (kBy == 0) {
    return x[0];
  } else {
    return join_lanes<kBy / 2>(join(x, shuffle<Shifted<kBy, kLanes<Vector>>>(x, x)), join);
  }
}
template <class Vector>
static INLINE float sum(Vector x) {
  return join_lanes<kLanes<Vector> / 2>(x, [](Vector a, Vector b) INLINE_LAMBDA { return a + b; });
}
template <class Vector>
static INLINE float maximum(Vector x) {
  return join_lanes<kLanes<Vector> / 2>(x, [](Vector a, Vector b) INLINE_LAMBDA { return max(a, b); });
}

// Where there is no built-in function for it, the compiler makes vectors of the loop.
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
#define HAS_VECTOR_SQUARE_ROOT
#endif
#endif

template <class Vector>
static INLINE Vector square_root(Vector x) {
#if defined(HAS_VECTOR_SQUARE_ROOT)
  return __builtin_elementwise_sqrt(x);
#else
  Vector y;
  for (size_t i = 0; i < kLanes<Vector>; i++) y[i] = __builtin_sqrtf(x[i]);
  return y;
#endif
}

// Four rows of four numbers as columns. So small that every instruction set has the shuffles for it.
static INLINE void transpose4(float* to, size_t to_row, const float* from, size_t from_row) {
  Vector4 rows[4];
  for (size_t i = 0; i < 4; i++) std::memcpy(&rows[i], from + i * from_row, sizeof(Vector4));
  const Vector4 a = interleave_lower(rows[0], rows[1]), b = interleave_lower(rows[2], rows[3]);
  const Vector4 c = interleave_upper(rows[0], rows[1]), d = interleave_upper(rows[2], rows[3]);
  const Vector4 columns[4] = {interleave_pairs_lower(a, b), interleave_pairs_upper(a, b),
                              interleave_pairs_lower(c, d), interleave_pairs_upper(c, d)};
  for (size_t i = 0; i < 4; i++) std::memcpy(to + i * to_row, &columns[i], sizeof(Vector4));
}

// e^x to about two units in the last place: x = n ln 2 + r, a polynomial for e^r (Cephes' expf), n into the exponent.
template <class Vector>
static INLINE Vector exponential(Vector x) {
  x = min(max(x, broadcast<Vector>(-87.3f)), broadcast<Vector>(88.3f));
  const Vector magic = broadcast<Vector>(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const Vector n = (x * 1.44269504088896341f + magic) - magic;
  const Vector r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector p = broadcast<Vector>(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const IntOf<Vector> exponent = (__builtin_convertvector(n, IntOf<Vector>) + 127) << 23;
  return p * reinterpret_cast<Vector>(exponent);
}

// tanh to about two units in the last place (Cephes' tanhf): a polynomial about zero, e^2x elsewhere. NaN stays NaN.
template <class Vector>
static INLINE Vector hyperbolic_tangent(Vector x) {
  const Vector s = x * x;
  Vector p = broadcast<Vector>(-5.70498872745e-3f);
  p = p * s + 2.06390887954e-2f;
  p = p * s + -5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s + -3.33332819422e-1f;
  const Vector near = p * s * x + x;
  const Vector size = max(x, -x);
  const Vector far = 1.0f - 2.0f / (exponential(2.0f * size) + 1.0f);
  return size >= 0.625f ? (x < 0.0f ? -far : far) : near;
}

// The error function by the rational approximation that Eigen and XLA use; absolute error below 2e-7.
template <class Vector>
static INLINE Vector error_function(Vector x) {
  x = min(max(x, broadcast<Vector>(-4.0f)), broadcast<Vector>(4.0f));
  const Vector s = x * x;
  Vector p = broadcast<Vector>(-2.72614225801306e-10f);
  p = p * s + 2.77068142495902e-08f;
  p = p * s + -2.10102402082508e-06f;
  p = p * s + -5.69250639462346e-05f;
  p = p * s + -7.34990630326855e-04f;
  p = p * s + -2.95459980854025e-03f;
  p = p * s + -1.60960333262415e-02f;
  Vector q = broadcast<Vector>(-1.45660718464996e-05f);
  q = q * s + -2.13374055278905e-04f;
  q = q * s + -1.68282697438203e-03f;
  q = q * s + -7.37332916720468e-03f;
  q = q * s + -1.42647390514189e-02f;
  return x * p / q;
}

}  // namespace finetune
