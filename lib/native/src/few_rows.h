// Products of a few rows with a matrix of weights that is read once: single sentences.
#pragma once

#include <cstddef>
#include <cstdint>

namespace finetune {

// Operands of out[rows, outputs] = x[rows, inner] * weight[outputs, inner]^T + bias; bias may be null.
template <class Element>
struct FewRows {
  float* out;
  const Element* x;
  const Element* weight;
  const float* bias;
  size_t rows, outputs, inner;
  // From one row of x to the next.
  size_t x_stride = inner;
};

// Whether the functions below take such a product, and are the sooner done with it.
bool suits_few_rows(size_t rows, size_t outputs, size_t inner, bool bfloat16);

void multiply_few_rows(const FewRows<float>& product);
void multiply_few_rows(const FewRows<uint16_t>& product);

// Outputs begin … end - 1 of a product in bf16, where the processor has it.
void multiply_bfloat_tiles(const FewRows<uint16_t>& product, size_t begin, size_t end);

}  // namespace finetune
