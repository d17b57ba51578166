// Products so small that to wake the other threads would take longer: gradients of a classification head's input.
#pragma once

#include <cstddef>
#include <cstdint>

namespace finetune {

// Operands of out[m, n] = a[m, k] * b[k, n] (+ out).
template <class Element>
struct SmallProduct {
  float* out;
  const Element* a;
  const Element* b;
  size_t m, n, k;
  bool accumulate;
};

bool suits_small_product(size_t m, size_t n, size_t k);

void multiply_small(const SmallProduct<float>& product);
// Numbers in bf16.
void multiply_small(const SmallProduct<uint16_t>& product);

}  // namespace finetune
