#pragma once

#include <napi.h>

#include "arguments.h"

namespace finetune {

// matmul(out, a, b, batch, m, n, k, transposeA, transposeB, bias, accumulate): for each of the batch
//   out[m, n] = op(a)[m, k] * op(b)[k, n] + bias[n] (+ out)
// row-major. `a` and `b` are both Float32Arrays, or both Uint16Arrays with bf16 numbers; sums and `out` are f32.
// `bias` may be null. Arrays may be longer than their matrices: what follows is scratch, and rows that round the number
// of rows up to a multiple of 32 may be read and overwritten there.
void matmul(const Napi::CallbackInfo& info);

// out[m, n] = transpose(a[k, m]) * b[k, n], with the same room behind `a` and `b`.
void transposed_product(Floats out, Floats a, Floats b, size_t m, size_t n, size_t k);
void transposed_product(Floats out, Bfloats a, Bfloats b, size_t m, size_t n, size_t k);

}  // namespace finetune
