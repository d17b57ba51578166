#pragma once

#include <napi.h>

namespace finetune {

// embeddingsLayerNorm(out, word, position, tokenType, ids, positions, tokenTypes, gamma, beta, tokens, hidden, eps):
//   layerNorm(word[ids] + position[positions] + tokenType[tokenTypes])
void embeddings_layer_norm(const Napi::CallbackInfo& info);

// embeddingsLayerNormGradient(dx, dgamma, dbeta, dy, word, position, tokenType, ids, positions, tokenTypes,
//   gamma, tokens, hidden, eps): dx is the gradient of the sum of the three vectors, [tokens, hidden]
void embeddings_layer_norm_gradient(const Napi::CallbackInfo& info);

// scatterAdd(table, rows, ids, entries, hidden, skippedId): table[ids[i]] += rows[i], in the order of i; rows whose id
// is skippedId (-1 for none) are left out.
void scatter_add(const Napi::CallbackInfo& info);

}  // namespace finetune
