#pragma once

#include <napi.h>

namespace finetune {

// crossEntropy(logits, labels, rows, classes, smoothing): the mean loss, a number.
Napi::Value cross_entropy(const Napi::CallbackInfo& info);

// crossEntropyGradient(out, logits, labels, rows, classes, smoothing, dy): out is the gradient of the logits.
void cross_entropy_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
