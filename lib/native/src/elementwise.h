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

// geluNew(out, x): x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2.
void gelu_new(const Napi::CallbackInfo& info);

// geluNewGradient(out, dy, x)
void gelu_new_gradient(const Napi::CallbackInfo& info);

// geglu(out, x, rows, width): of each row of `x`, which is twice as wide, gelu(first half) * second half.
void geglu(const Napi::CallbackInfo& info);

// gegluGradient(dx, dy, x, rows, width)
void geglu_gradient(const Napi::CallbackInfo& info);

// tanh(out, x)
void tanh(const Napi::CallbackInfo& info);

// tanhGradient(out, dy, x): dy * (1 - tanh(x)^2).
void tanh_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
