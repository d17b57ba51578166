#include "transpose.h"

#include <algorithm>

#include "threads.h"
#include "vector.h"

namespace finetune {
namespace {

// A square of so many numbers is transposed at a time: sixteen cache lines on both sides, all of each used.
constexpr size_t kBlock = 16;

void transpose_block(float* out, const float* x, size_t rows, size_t columns, size_t row, size_t column) {
  const size_t bottom = std::min(row + kBlock, rows), right = std::min(column + kBlock, columns);
  if (bottom - row < kBlock || right - column < kBlock) {
    for (size_t i = row; i < bottom; i++) {
      for (size_t j = column; j < right; j++) out[j * rows + i] = x[i * columns + j];
    }
    return;
  }
  for (size_t j = column; j < right; j += 4) {
    for (size_t i = row; i < bottom; i += 4) transpose4(out + j * rows + i, rows, x + i * columns + j, columns);
  }
}

}  // namespace

void transpose(float* out, const float* x, size_t rows, size_t columns) {
  const size_t bands = (columns + kBlock - 1) / kBlock;
  parallel_for(bands, 4, [&](size_t begin, size_t end, int) {
    for (size_t row = 0; row < rows; row += kBlock) {
      for (size_t band = begin; band < end; band++) transpose_block(out, x, rows, columns, row, band * kBlock);
    }
  });
}

}  // namespace finetune
