// Sixteen floats at a time. The compiler lowers these types to whatever registers the instruction set has, so one
// source serves AVX-512, AVX2 and everything else; KERNEL compiles a function once for each and chooses at run time. Such
// a function must not throw: gcc takes it for one that never does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif

// Inlined into each clone of its caller and compiled for that clone's instruction set.
#define INLINE inline __attribute__((always_inline))
#define INLINE_LAMBDA __attribute__((always_inline))

// The lanes of two vectors in a new order, the second one's counted on from the first one's.
#if defined(__clang__)
#define SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(a, b, ...) __builtin_shuffle(a, b, decltype(a < b){__VA_ARGS__})
#endif

namespace finetune {

constexpr size_t kLanes = 16;

using Vector = float __attribute__((vector_size(64)));
using IntVector = int32_t __attribute__((vector_size(64)));
using UintVector = uint32_t __attribute__((vector_size(64)));
// The same in memory, aligned like a float.
using UnalignedVector = float __attribute__((vector_size(64), aligned(4), may_alias));

static INLINE Vector load(const float* from) { return *reinterpret_cast<const UnalignedVector*>(from); }
static INLINE void store(float* to, Vector x) { *reinterpret_cast<UnalignedVector*>(to) = x; }
static INLINE Vector broadcast(float x) { return x - Vector{}; }

// The first `count` lanes from memory (fewer than sixteen), zero in the others.
static INLINE Vector load_part(const float* from, size_t count) {
  Vector x{};
  std::memcpy(&x, from, count * sizeof(float));
  return x;
}
static INLINE void store_part(float* to, Vector x, size_t count) { std::memcpy(to, &x, count * sizeof(float)); }

// Calls body(index, load, store) for whole vectors, then for what is left over.
template <class Whole, class Part>
static INLINE void for_lanes(size_t begin, size_t end, Whole whole, Part part) {
  size_t i = begin;
  for (; i + kLanes <= end; i += kLanes) whole(i);
  if (i < end) part(i, end - i);
}

static INLINE Vector max(Vector a, Vector b) { return a > b ? a : b; }
static INLINE Vector min(Vector a, Vector b) { return a < b ? a : b; }

// Lane i gets lane i + kBy.
template <int kBy>
static INLINE Vector shift_lanes(Vector x) {
  return SHUFFLE(x, x, kBy, kBy + 1, kBy + 2, kBy + 3, kBy + 4, kBy + 5, kBy + 6, kBy + 7, kBy + 8, kBy + 9,
                 kBy + 10, kBy + 11, kBy + 12, kBy + 13, kBy + 14, kBy + 15);
}

// Lanes are added pairwise, always in the same order.
static INLINE float sum(Vector x) {
  x += shift_lanes<8>(x);
  x += shift_lanes<4>(x);
  x += shift_lanes<2>(x);
  x += shift_lanes<1>(x);
  return x[0];
}

static INLINE float maximum(Vector x) {
  x = max(x, shift_lanes<8>(x));
  x = max(x, shift_lanes<4>(x));
  x = max(x, shift_lanes<2>(x));
  x = max(x, shift_lanes<1>(x));
  return x[0];
}

// Lanes 0 … 7, or 8 … 15, of both in turn.
static INLINE Vector interleave_lower(Vector a, Vector b) {
  return SHUFFLE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
static INLINE Vector interleave_upper(Vector a, Vector b) {
  return SHUFFLE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
// The same with pairs of lanes.
static INLINE Vector interleave_pairs_lower(Vector a, Vector b) {
  return SHUFFLE(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}
static INLINE Vector interleave_pairs_upper(Vector a, Vector b) {
  return SHUFFLE(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31);
}

// Where there is no built-in function for it, the compiler makes vectors of the loop.
#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
#define HAS_VECTOR_SQUARE_ROOT
#endif
#endif

static INLINE Vector square_root(Vector x) {
#if defined(HAS_VECTOR_SQUARE_ROOT)
  return __builtin_elementwise_sqrt(x);
#else
  Vector y;
  for (size_t i = 0; i < kLanes; i++) y[i] = __builtin_sqrtf(x[i]);
  return y;
#endif
}

// Four rows of four numbers as columns. So small that every instruction set has the shuffles for it.
static INLINE void transpose4(float* to, size_t to_row, const float* from, size_t from_row) {
  using Quad = float __attribute__((vector_size(16)));
  Quad rows[4];
  for (size_t i = 0; i < 4; i++) std::memcpy(&rows[i], from + i * from_row, sizeof(Quad));
  const Quad a = SHUFFLE(rows[0], rows[1], 0, 4, 1, 5), b = SHUFFLE(rows[2], rows[3], 0, 4, 1, 5);
  const Quad c = SHUFFLE(rows[0], rows[1], 2, 6, 3, 7), d = SHUFFLE(rows[2], rows[3], 2, 6, 3, 7);
  const Quad columns[4] = {SHUFFLE(a, b, 0, 1, 4, 5), SHUFFLE(a, b, 2, 3, 6, 7),
                           SHUFFLE(c, d, 0, 1, 4, 5), SHUFFLE(c, d, 2, 3, 6, 7)};
  for (size_t i = 0; i < 4; i++) std::memcpy(to + i * to_row, &columns[i], sizeof(Quad));
}

// e^x to about two units in the last place: x = n ln 2 + r, a polynomial for e^r (Cephes' expf), n into the exponent.
static INLINE Vector exponential(Vector x) {
  x = min(max(x, broadcast(-87.3f)), broadcast(88.3f));
  const Vector magic = broadcast(12582912.0f);  // 1.5 * 2^23: adding it rounds to an integer
  const Vector n = (x * 1.44269504088896341f + magic) - magic;
  const Vector r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  Vector p = broadcast(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  const IntVector exponent = (__builtin_convertvector(n, IntVector) + 127) << 23;
  return p * reinterpret_cast<Vector>(exponent);
}

// The error function by the rational approximation that Eigen and XLA use; absolute error below 2e-7.
static INLINE Vector error_function(Vector x) {
  x = min(max(x, broadcast(-4.0f)), broadcast(4.0f));
  const Vector s = x * x;
  Vector p = broadcast(-2.72614225801306e-10f);
  p = p * s + 2.77068142495902e-08f;
  p = p * s + -2.10102402082508e-06f;
  p = p * s + -5.69250639462346e-05f;
  p = p * s + -7.34990630326855e-04f;
  p = p * s + -2.95459980854025e-03f;
  p = p * s + -1.60960333262415e-02f;
  Vector q = broadcast(-1.45660718464996e-05f);
  q = q * s + -2.13374055278905e-04f;
  q = q * s + -1.68282697438203e-03f;
  q = q * s + -7.37332916720468e-03f;
  q = q * s + -1.42647390514189e-02f;
  return x * p / q;
}

}  // namespace finetune
