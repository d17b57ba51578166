#pragma once

#include <napi.h>

#include "arguments.h"

namespace finetune {

double sum_of_squares(Floats x);

// squaredSum(x): the sum of all squares, a number.
Napi::Value squared_sum(const Napi::CallbackInfo& info);

// squaredSumRows(x, rows, width): of the rows of this width with these numbers alone.
Napi::Value squared_sum_rows(const Napi::CallbackInfo& info);

// adamw(weight, gradient, first, second, copy, stepSize, beta1, beta2, eps, decay, inverseCorrection, gradientScale):
// one pass that updates weight and both moments in place and writes the weight as bf16 into `copy` (may be null):
//   g = gradient * gradientScale;  m = beta1 * m + (1 - beta1) * g;  v = beta2 * v + (1 - beta2) * g * g
//   w = decay * w - stepSize * m / (sqrt(v) * inverseCorrection + eps)
void adamw(const Napi::CallbackInfo& info);

// adamwRows(weight, gradient, first, second, rows, updates, history, upTo, hidden, beta1, beta2, eps, gradientScale):
// brings rows of a table up to update number `upTo`. updates[row] is how many a row has had; those that it missed are
// made up for, with a gradient of zero, exactly as they would have been done. `history` holds (stepSize, decay,
// inverseCorrection) of update u at 3 * (u % (history.length / 3)). The last update takes the row of `gradient`;
// without one (null) it has a gradient of zero too. No row may appear twice.
void adamw_rows(const Napi::CallbackInfo& info);

}  // namespace finetune
