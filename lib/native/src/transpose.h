#pragma once

#include <cstddef>

namespace finetune {

// out[columns, rows] = the transpose of x[rows, columns].
void transpose(float* out, const float* x, size_t rows, size_t columns);

}  // namespace finetune
