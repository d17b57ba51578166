// Products of matrices so small that they stay in the first caches: what attention works with.
#pragma once

#include <cstddef>

#include "vector.h"

namespace finetune {

// To the widest vectors, whichever the processor has.
inline size_t round_up(size_t x) { return (x + kMostLanes - 1) / kMostLanes * kMostLanes; }

// A matrix with any strides.
struct View {
  const float* data;
  size_t row;
  size_t column;
};

// Rows and vectors of a tile of sums: as many as the registers hold beside the operands, which are sixteen before AVX-512.
template <class Vector>
constexpr size_t kTileRows = kLanes<Vector> == 16 ? 4 : 6;
template <class Vector>
constexpr size_t kTileVectors = kLanes<Vector> == 16 ? 4 : 2;

template <class Vector, size_t kRows, size_t kVectors>
static INLINE void product_tile(float* out, size_t out_row, View a, const float* b, size_t b_row, size_t inner) {
  constexpr size_t kWidth = kLanes<Vector>;
  Vector sums[kRows][kVectors] = {};
  for (size_t k = 0; k < inner; k++) {
    Vector right[kVectors];
    for (size_t j = 0; j < kVectors; j++) right[j] = load<Vector>(b + k * b_row + j * kWidth);
    for (size_t i = 0; i < kRows; i++) {
      const float left = a.data[i * a.row + k * a.column];
      for (size_t j = 0; j < kVectors; j++) sums[i][j] += left * right[j];
    }
  }
  for (size_t i = 0; i < kRows; i++) {
    for (size_t j = 0; j < kVectors; j++) store(out + i * out_row + j * kWidth, sums[i][j]);
  }
}

template <class Vector, size_t kVectors>
static INLINE void product_columns(float* out, size_t out_row, View a, const float* b, size_t b_row, size_t rows,
                                   size_t inner) {
  // So many sums at a time that none has to wait for its last addition.
  constexpr size_t kRows = kVectors == 1 ? 8 : kTileRows<Vector>;
  size_t i = 0;
  for (; i + kRows <= rows; i += kRows) {
    const View part{a.data + i * a.row, a.row, a.column};
    product_tile<Vector, kRows, kVectors>(out + i * out_row, out_row, part, b, b_row, inner);
  }
  for (; i < rows; i++) {
    const View part{a.data + i * a.row, a.row, a.column};
    product_tile<Vector, 1, kVectors>(out + i * out_row, out_row, part, b, b_row, inner);
  }
}

// out[rows, columns] = a[rows, inner] * b[inner, columns]; columns is a number of whole vectors.
template <class Vector>
static INLINE void product(float* out, size_t out_row, View a, const float* b, size_t b_row, size_t rows,
                           size_t columns, size_t inner) {
  constexpr size_t kWidth = kLanes<Vector>, kWide = kTileVectors<Vector> * kWidth;
  size_t j = 0;
  for (; j + kWide <= columns; j += kWide) {
    product_columns<Vector, kTileVectors<Vector>>(out + j, out_row, a, b + j, b_row, rows, inner);
  }
  for (; j < columns; j += kWidth) product_columns<Vector, 1>(out + j, out_row, a, b + j, b_row, rows, inner);
}

}  // namespace finetune
