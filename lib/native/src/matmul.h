#pragma once

#include <napi.h>

namespace finetune {

// matmul(out, a, b, batch, m, n, k, transposeA, transposeB, bias, accumulate): for each of the batch
//   out[m, n] = op(a)[m, k] * op(b)[k, n] + bias[n] (+ out)
// row-major. `a` and `b` are both Float32Arrays, or both Uint16Arrays with bf16 numbers; sums and `out` are f32.
// `bias` may be null. Arrays may be longer than their matrices: what follows is scratch, and rows that round the number
// of rows up to a multiple of 32 may be read and overwritten there.
void matmul(const Napi::CallbackInfo& info);

}  // namespace finetune
