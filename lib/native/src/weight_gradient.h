#pragma once

#include <napi.h>

namespace finetune {

// Whether the processor has what weightGradient needs.
bool has_bfloat16_products();

// weightGradient(dweight, dy, x, tokens, outputs, inputs): the gradient of a linear layer's weight,
//   dweight[outputs, inputs] = transpose(dy[tokens, outputs]) * x[tokens, inputs]
// from bf16 operands (Uint16Arrays, which may be longer) with sums in f32. Returns the sum of dweight's squares, which
// clipping will ask for. Throws where has_bfloat16_products() says no.
Napi::Value weight_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
