#pragma once

#include <napi.h>

namespace finetune {

// packedAttention(out, q, k, v, offsets, hidden, heads, <dropout>): attention of each packed sequence to itself, head
// by head; all tensors [tokens, hidden], offsets as in lib/src/ops/packed-sequences.ts.
void packed_attention(const Napi::CallbackInfo& info);

// packedAttentionGradient(dq, dk, dv, dout, q, k, v, offsets, hidden, heads, <dropout>)
void packed_attention_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
