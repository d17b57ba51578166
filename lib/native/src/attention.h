#pragma once

#include <napi.h>

namespace finetune {

// packedAttention(out, q, k, v, offsets, hidden, heads, scale, window, bias, <dropout>): attention of each packed sequence to
// itself, head by head; tensors [tokens, hidden], offsets as in lib/src/ops/packed-sequences.ts. A token sees those at most
// `window` rows away, all of its sequence where that is 0. `bias`, which may be null, is added to the scores after their scale:
// [heads * length^2] of each sequence, one after the other.
void packed_attention(const Napi::CallbackInfo& info);

// packedAttentionGradient(dq, dk, dv, dbias, dout, q, k, v, offsets, hidden, heads, scale, window, bias, <dropout>); `dbias`
// may be null.
void packed_attention_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
