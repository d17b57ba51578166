#include <mutex>

#include <napi.h>

#include "arguments.h"
#include "attention.h"
#include "convert.h"
#include "disentangled_bias.h"
#include "dnnl_compat.h"
#include "dropout.h"
#include "elementwise.h"
#include "embedding.h"
#include "layer_norm.h"
#include "loss.h"
#include "mapped_file.h"
#include "matmul.h"
#include "optimizer.h"
#include "rotary.h"
#include "segment.h"
#include "threads.h"
#include "vector.h"
#include "weight_gradient.h"

namespace finetune {
namespace {

const char* instruction_set_name() {
#if defined(HAS_INSTRUCTION_SETS)
  switch (instruction_set()) {
    case InstructionSet::kAvx512: return has_bfloat16_products() ? "AVX-512 with bf16" : "AVX-512";
    case InstructionSet::kAvx2: return "AVX2";
    default: break;
  }
#endif
  return "the processor's basic instructions";
}

// description(): what the engine's line and the doctor say.
Napi::Value description(const Napi::CallbackInfo& info) {
  auto result = Napi::Object::New(info.Env());
  result.Set("instructionSet", instruction_set_name());
  result.Set("bfloat16", has_bfloat16_products());
  result.Set("threads", thread_count());
  result.Set("dnnl", dnnl_version_text());
  return result;
}

// setThreads(threads): how many calculate from now on.
void set_threads(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "setThreads");
  const size_t threads = arguments.length(0, "threads");
  if (threads > 1024) arguments.fail_range("threads", "must be at most 1024");
  set_thread_count(static_cast<int>(threads));
}

// Worker threads share the addon, its scratch memory, oneDNN's primitives and the processor: one calculates at a time, on all
// threads. Which worker comes first changes no number.
std::mutex& calculation() {
  static auto* mutex = new std::mutex();
  return *mutex;
}

template <auto kFunction>
auto alone(const Napi::CallbackInfo& info) {
  const std::lock_guard<std::mutex> lock(calculation());
  return kFunction(info);
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  const auto add_function = [&](const char* name, auto function) {
    exports.Set(name, Napi::Function::New(env, function, name));
  };
  add_function("description", description);
  add_function("setThreads", set_threads);
  add_function("allocateSegment", allocate_segment);
  add_function("mapFile", map_file);
  add_function("matmul", alone<matmul>);
  add_function("toBfloat16", alone<to_bfloat16>);
  add_function("add", alone<add>);
  add_function("columnSum", alone<column_sum>);
  add_function("gelu", alone<gelu>);
  add_function("geluGradient", alone<gelu_gradient>);
  add_function("geluNew", alone<gelu_new>);
  add_function("geluNewGradient", alone<gelu_new_gradient>);
  add_function("tanh", alone<tanh>);
  add_function("tanhGradient", alone<tanh_gradient>);
  add_function("dropout", alone<dropout>);
  add_function("dropoutAddLayerNorm", alone<dropout_add_layer_norm>);
  add_function("dropoutAddLayerNormGradient", alone<dropout_add_layer_norm_gradient>);
  add_function("embeddingsLayerNorm", alone<embeddings_layer_norm>);
  add_function("embeddingsLayerNormGradient", alone<embeddings_layer_norm_gradient>);
  add_function("scatterAdd", alone<scatter_add>);
  add_function("packedAttention", alone<packed_attention>);
  add_function("packedAttentionGradient", alone<packed_attention_gradient>);
  add_function("disentangledBias", alone<disentangled_bias>);
  add_function("disentangledBiasGradient", alone<disentangled_bias_gradient>);
  add_function("rotaryProjections", alone<rotary_projections>);
  add_function("rotaryProjectionsGradient", alone<rotary_projections_gradient>);
  add_function("geglu", alone<geglu>);
  add_function("gegluGradient", alone<geglu_gradient>);
  add_function("crossEntropy", alone<cross_entropy>);
  add_function("crossEntropyGradient", alone<cross_entropy_gradient>);
  add_function("weightGradient", alone<weight_gradient>);
  add_function("squaredSum", alone<squared_sum>);
  add_function("squaredSumRows", alone<squared_sum_rows>);
  add_function("adamw", alone<adamw>);
  add_function("adamwRows", alone<adamw_rows>);
  return exports;
}

}  // namespace
}  // namespace finetune

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return finetune::initialize(env, exports); }

NODE_API_MODULE(finetune_native, Init)
