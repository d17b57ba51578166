#pragma once

#include <napi.h>

namespace finetune {

// Whether the processor multiplies bf16 numbers.
bool has_bfloat16_products();

// weightGradient(dweight, dy, x, tokens, outputs, inputs): the gradient of a linear layer's weight,
//   dweight[outputs, inputs] = transpose(dy[tokens, outputs]) * x[tokens, inputs]
// with sums in f32. Both operands are Float32Arrays, or both Uint16Arrays with bf16 numbers. They may be longer than their
// matrices: what follows is scratch, as for matmul. Returns the sum of dweight's squares, which clipping will ask for.
Napi::Value weight_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
