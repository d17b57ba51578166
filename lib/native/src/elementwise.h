#pragma once

#include <napi.h>

namespace finetune {

// add(out, a, b): element by element; `out` may be one of them.
void add(const Napi::CallbackInfo& info);

// columnSum(out, x, rows, columns): out[column] = sum of x[row, column] over the rows.
void column_sum(const Napi::CallbackInfo& info);

// gelu(out, x): x * Phi(x).
void gelu(const Napi::CallbackInfo& info);

// geluGradient(out, dy, x): dy * (Phi(x) + x * phi(x)).
void gelu_gradient(const Napi::CallbackInfo& info);

// tanh(out, x)
void tanh(const Napi::CallbackInfo& info);

// tanhGradient(out, dy, x): dy * (1 - tanh(x)^2).
void tanh_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
