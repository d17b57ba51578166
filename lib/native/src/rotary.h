#pragma once

#include <napi.h>

namespace finetune {

// rotaryProjections(q, k, v, qkv, positions, hidden, heads, theta): takes the queries, keys and values out of rows that hold all
// three, and turns those of each token by angles that grow with its position: of each head, elements d and d + size / 2 by
// position / theta^(2 d / size).
void rotary_projections(const Napi::CallbackInfo& info);

// rotaryProjectionsGradient(dqkv, doutQ, doutK, doutV, positions, hidden, heads, theta)
void rotary_projections_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
