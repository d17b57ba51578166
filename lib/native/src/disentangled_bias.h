#pragma once

#include <napi.h>

namespace finetune {

// disentangledBias(out, q, k, positionKeys, positionQueries, offsets, hidden, heads, scale): what a token's content and another's
// distance say of each other, as attention's `bias`:
//   out[i, j] = scale * (q[i] * positionKeys[i - j] + k[j] * positionQueries[i - j])
// in each head. Row r of both tables, [2 * longest - 1, hidden], belongs to the distance r - (longest - 1), where `longest` is that
// of the sequences; each may be null.
void disentangled_bias(const Napi::CallbackInfo& info);

// disentangledBiasGradient(dq, dk, dpositionKeys, dpositionQueries, dout, q, k, positionKeys, positionQueries, offsets, hidden,
// heads, scale); the gradients of the tables may be null.
void disentangled_bias_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
