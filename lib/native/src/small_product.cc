#include "small_product.h"

#include <algorithm>

#include "vector.h"

namespace finetune {
namespace {

// Multiplications: some ten microseconds of one thread.
constexpr size_t kMostMultiplications = size_t{1} << 19;

// Rows whose sums are under way at a time.
constexpr size_t kTileRows = 8;

template <class Vector>
static INLINE Vector widen(ShortOf<Vector> bits) {
  return reinterpret_cast<Vector>(__builtin_convertvector(bits, UintOf<Vector>) << 16);
}

// The first `count` of b's numbers from `from` on.
template <class Vector>
static INLINE Vector load_numbers(const float* from, size_t count) {
  return count == kLanes<Vector> ? load<Vector>(from) : load_part<Vector>(from, count);
}
template <class Vector>
static INLINE Vector load_numbers(const uint16_t* from, size_t count) {
  ShortOf<Vector> bits{};
  std::memcpy(&bits, from, count * sizeof(uint16_t));
  return widen<Vector>(bits);
}

static INLINE float number(float x) { return x; }
static INLINE float number(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float x;
  std::memcpy(&x, &wide, sizeof x);
  return x;
}

// Columns column … column + count - 1 of rows row … row + rows - 1.
template <class Vector, class Element>
static INLINE void tile(const SmallProduct<Element>& p, size_t row, size_t rows, size_t column, size_t count) {
  Vector sums[kTileRows] = {};
  for (size_t k = 0; k < p.k; k++) {
    const Vector b = load_numbers<Vector>(p.b + k * p.n + column, count);
    for (size_t i = 0; i < rows; i++) sums[i] += number(p.a[(row + i) * p.k + k]) * b;
  }
  for (size_t i = 0; i < rows; i++) {
    float* const out = p.out + (row + i) * p.n + column;
    if (p.accumulate) sums[i] += load_part<Vector>(out, count);
    store_part(out, sums[i], count);
  }
}

template <class Vector, class Element>
static INLINE void multiply(const SmallProduct<Element>& p) {
  for (size_t row = 0; row < p.m; row += kTileRows) {
    const size_t rows = std::min(kTileRows, p.m - row);
    const auto columns = [&](size_t column, size_t count) INLINE_LAMBDA {
      // A number that the compiler knows keeps the sums in registers.
      if (rows == kTileRows) tile<Vector>(p, row, kTileRows, column, count);
      else tile<Vector>(p, row, rows, column, count);
    };
    for_lanes<Vector>(
        0, p.n, [&](size_t column) INLINE_LAMBDA { columns(column, kLanes<Vector>); }, columns);
  }
}

}  // namespace

bool suits_small_product(size_t m, size_t n, size_t k) {
  return m <= kMostMultiplications && n <= kMostMultiplications / m && k <= kMostMultiplications / (m * n);
}

void multiply_small(const SmallProduct<float>& product) {
  vectorised([&](auto vector) INLINE_LAMBDA { multiply<decltype(vector)>(product); });
}

void multiply_small(const SmallProduct<uint16_t>& product) {
  vectorised([&](auto vector) INLINE_LAMBDA { multiply<decltype(vector)>(product); });
}

}  // namespace finetune
