// The functions that lib/src/engines/wasm/module.ts calls, each with an array of arguments; see include/napi.h.

#include "attention.h"
#include "convert.h"
#include "disentangled_bias.h"
#include "dropout.h"
#include "elementwise.h"
#include "embedding.h"
#include "layer_norm.h"
#include "loss.h"
#include "matmul.h"
#include "memory.h"
#include "optimizer.h"
#include "rotary.h"
#include "weight_gradient.h"

namespace finetune {
namespace {

double call(void (*function)(const Napi::CallbackInfo&), const napi_value_record* values, size_t count) {
  function(Napi::CallbackInfo(values, count));
  return 0;
}

double call(Napi::Value (*function)(const Napi::CallbackInfo&), const napi_value_record* values, size_t count) {
  return function(Napi::CallbackInfo(values, count));
}

}  // namespace
}  // namespace finetune

#define EXPORT(name, function)                                                                           \
  extern "C" __attribute__((export_name(name))) double export_##function(const napi_value_record* values, \
                                                                         size_t count) {                  \
    return finetune::call(finetune::function, values, count);                                             \
  }

EXPORT("matmul", matmul)
EXPORT("toBfloat16", to_bfloat16)
EXPORT("add", add)
EXPORT("columnSum", column_sum)
EXPORT("gelu", gelu)
EXPORT("geluGradient", gelu_gradient)
EXPORT("geluNew", gelu_new)
EXPORT("geluNewGradient", gelu_new_gradient)
EXPORT("tanh", tanh)
EXPORT("tanhGradient", tanh_gradient)
EXPORT("dropout", dropout)
EXPORT("dropoutAddLayerNorm", dropout_add_layer_norm)
EXPORT("dropoutAddLayerNormGradient", dropout_add_layer_norm_gradient)
EXPORT("embeddingsLayerNorm", embeddings_layer_norm)
EXPORT("embeddingsLayerNormGradient", embeddings_layer_norm_gradient)
EXPORT("scatterAdd", scatter_add)
EXPORT("packedAttention", packed_attention)
EXPORT("packedAttentionGradient", packed_attention_gradient)
EXPORT("disentangledBias", disentangled_bias)
EXPORT("disentangledBiasGradient", disentangled_bias_gradient)
EXPORT("rotaryProjections", rotary_projections)
EXPORT("rotaryProjectionsGradient", rotary_projections_gradient)
EXPORT("geglu", geglu)
EXPORT("gegluGradient", geglu_gradient)
EXPORT("crossEntropy", cross_entropy)
EXPORT("crossEntropyGradient", cross_entropy_gradient)
EXPORT("weightGradient", weight_gradient)
EXPORT("squaredSum", squared_sum)
EXPORT("squaredSumRows", squared_sum_rows)
EXPORT("adamw", adamw)
EXPORT("adamwRows", adamw_rows)

extern "C" __attribute__((export_name("take"))) void* take(size_t bytes) { return finetune::take_memory(bytes); }
extern "C" __attribute__((export_name("give"))) void give(void* memory) { finetune::give_memory(memory); }
