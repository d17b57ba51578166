#pragma once

#include <napi.h>

namespace finetune {

// squaredSum(x): the sum of all squares, a number.
Napi::Value squared_sum(const Napi::CallbackInfo& info);

// adamw(weight, gradient, first, second, copy, stepSize, beta1, beta2, eps, decay, inverseCorrection, gradientScale):
// one pass that updates weight and both moments in place and writes the weight as bf16 into `copy` (may be null):
//   g = gradient * gradientScale;  m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g * g
//   w = decay * w - stepSize * m / (sqrt(v) * inverseCorrection + eps)
void adamw(const Napi::CallbackInfo& info);

}  // namespace finetune
