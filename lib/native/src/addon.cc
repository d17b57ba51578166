#include <napi.h>

#include "attention.h"
#include "convert.h"
#include "dnnl_compat.h"
#include "dropout.h"
#include "elementwise.h"
#include "embedding.h"
#include "layer_norm.h"
#include "loss.h"
#include "matmul.h"
#include "optimizer.h"
#include "segment.h"
#include "threads.h"
#include "weight_gradient.h"

namespace finetune {
namespace {

const char* instruction_set() {
#if defined(__x86_64__) && defined(__GNUC__)
  if (__builtin_cpu_supports("avx512bf16")) return "AVX-512 with bf16";
  if (__builtin_cpu_supports("avx512f")) return "AVX-512";
  if (__builtin_cpu_supports("avx2")) return "AVX2";
#endif
  return "the processor's basic instructions";
}

// description(): what the engine's line and the doctor say.
Napi::Value description(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  result.Set("instructionSet", instruction_set());
  result.Set("bfloat16", has_bfloat16_products());
  result.Set("threads", thread_count());
  result.Set("dnnl", dnnl_version_text());
  return result;
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  const auto add_function = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add_function("description", description);
  add_function("allocateSegment", allocate_segment);
  add_function("matmul", matmul);
  add_function("toBfloat16", to_bfloat16);
  add_function("add", add);
  add_function("columnSum", column_sum);
  add_function("gelu", gelu);
  add_function("geluGradient", gelu_gradient);
  add_function("dropout", dropout);
  add_function("dropoutAddLayerNorm", dropout_add_layer_norm);
  add_function("dropoutAddLayerNormGradient", dropout_add_layer_norm_gradient);
  add_function("embeddingsLayerNorm", embeddings_layer_norm);
  add_function("embeddingsLayerNormGradient", embeddings_layer_norm_gradient);
  add_function("scatterAdd", scatter_add);
  add_function("packedAttention", packed_attention);
  add_function("packedAttentionGradient", packed_attention_gradient);
  add_function("crossEntropy", cross_entropy);
  add_function("crossEntropyGradient", cross_entropy_gradient);
  add_function("weightGradient", weight_gradient);
  add_function("squaredSum", squared_sum);
  add_function("adamw", adamw);
  add_function("adamwRows", adamw_rows);
  return exports;
}

}  // namespace
}  // namespace finetune

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return finetune::initialize(env, exports); }

NODE_API_MODULE(finetune_native, Init)
