// The loops of few_rows.h, for the instruction set of whoever includes them.
//
// With a dozen rows, packing the weights would take as long as multiplying. As they lie, each output's weights are one row,
// and so are each token's numbers: the sums run along both, in the lanes of vectors, which are added up at the end.
#pragma once

#include "few_rows.h"
#include "vector.h"

namespace finetune {

// Outputs of a tile. Their sums are joined four at a time.
constexpr size_t kTileOutputs = 4;

// Rows of a tile: as many as leave registers for the operands.
template <class Vector>
constexpr size_t kTileRows = kLanes<Vector> == 16 ? 6 : 3;

// The sums of four vectors' lanes.
template <class Vector>
static INLINE Vector4 sum_each(Vector a, Vector b, Vector c, Vector d) {
  const Vector ab = interleave_lower(a, b) + interleave_upper(a, b);
  const Vector cd = interleave_lower(c, d) + interleave_upper(c, d);
  Vector all = interleave_pairs_lower(ab, cd) + interleave_pairs_upper(ab, cd);
  if constexpr (kLanes<Vector> >= 16) all += shuffle<Shifted<8, kLanes<Vector>>>(all, all);
  if constexpr (kLanes<Vector> >= 8) all += shuffle<Shifted<4, kLanes<Vector>>>(all, all);
  Vector4 sums;
  std::memcpy(&sums, &all, sizeof sums);
  return sums;
}

// Where what is asked for is put: it would push out of the first cache what is being multiplied.
constexpr int kSecondCache = 2;

// A tile of the product. `Product` says what the numbers are multiplied with: Element, Vector (of sums), Operand, kStep (elements
// of an operand), load(from), multiply_add(a, b, sum).
//
// Asks for its share of the weights of the next outputs, which come from memory: kFetched rows of them, from `fetched` on.
template <class Product, size_t kRows, size_t kFetched>
static INLINE void tile(const FewRows<typename Product::Element>& p, size_t row, size_t output, size_t fetched) {
  using Vector = typename Product::Vector;
  const auto* const x = p.x + row * p.x_stride;
  const auto* const weight = p.weight + output * p.inner;
  const auto* const next = weight + (kTileOutputs + fetched) * p.inner;
  Vector sums[kRows][kTileOutputs] = {};
  for (size_t k = 0; k < p.inner; k += Product::kStep) {
    for (size_t j = 0; j < kFetched; j++) __builtin_prefetch(next + j * p.inner + k, 0, kSecondCache);
    typename Product::Operand w[kTileOutputs];
    for (size_t j = 0; j < kTileOutputs; j++) w[j] = Product::load(weight + j * p.inner + k);
    for (size_t i = 0; i < kRows; i++) {
      const auto one = Product::load(x + i * p.x_stride + k);
      for (size_t j = 0; j < kTileOutputs; j++) sums[i][j] = Product::multiply_add(one, w[j], sums[i][j]);
    }
  }
  Vector4 bias{};
  if (p.bias != nullptr) std::memcpy(&bias, p.bias + output, sizeof bias);
  for (size_t i = 0; i < kRows; i++) {
    const Vector4 out = sum_each(sums[i][0], sums[i][1], sums[i][2], sums[i][3]) + bias;
    std::memcpy(p.out + (row + i) * p.outputs + output, &out, sizeof out);
  }
}

// The last rows, fewer than kRows + 1.
template <class Product, size_t kRows>
static INLINE void last_tile(const FewRows<typename Product::Element>& p, size_t row, size_t output) {
  if (p.rows - row < kRows) {
    if constexpr (kRows > 1) last_tile<Product, kRows - 1>(p, row, output);
  } else if (row == 0) {
    // Alone, it asks for all.
    tile<Product, kRows, kTileOutputs>(p, row, output, 0);
  } else {
    tile<Product, kRows, 0>(p, row, output, 0);
  }
}

// All rows of kTileOutputs outputs. Whole tiles share the fetching, so that memory is never waited for at one time and idle
// at another.
template <class Product>
static INLINE void multiply_rows(const FewRows<typename Product::Element>& p, size_t output) {
  constexpr size_t kRows = kTileRows<typename Product::Vector>;
  const size_t whole = p.rows / kRows;
  for (size_t t = 0; t < whole; t++) {
    const size_t begin = kTileOutputs * t / whole, count = kTileOutputs * (t + 1) / whole - begin;
    const size_t row = t * kRows;
    if (count == 0) tile<Product, kRows, 0>(p, row, output, 0);
    else if (count == 1) tile<Product, kRows, 1>(p, row, output, begin);
    else if (count == 2) tile<Product, kRows, 2>(p, row, output, begin);
    else tile<Product, kRows, kTileOutputs>(p, row, output, 0);
  }
  if (whole * kRows < p.rows) last_tile<Product, kRows - 1>(p, whole * kRows, output);
}

// Outputs begin … end - 1, both multiples of kTileOutputs.
template <class Product>
static INLINE void multiply_tiles(const FewRows<typename Product::Element>& p, size_t begin, size_t end) {
  for (size_t output = begin; output < end; output += kTileOutputs) {
    multiply_rows<Product>(p, output);
  }
}

}  // namespace finetune
