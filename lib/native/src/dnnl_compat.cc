#include "dnnl_compat.h"

#include <string>

#include "vector.h"

namespace finetune {

dnnl::engine& dnnl_engine() {
  // As long as nothing has run, oneDNN can be told to use no more than the other kernels do.
  static auto* engine = [] {
#if defined(HAS_INSTRUCTION_SETS)
    if (instruction_set() == InstructionSet::kAvx2) dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2);
    if (instruction_set() == InstructionSet::kBasic) dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41);
#endif
    return new dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return *engine;
}

dnnl::stream& dnnl_stream() {
  static auto* stream = new dnnl::stream(dnnl_engine());
  return *stream;
}

dnnl::matmul::primitive_desc matmul_description(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                                                const dnnl::memory::desc& bias, const dnnl::memory::desc& out,
                                                bool accumulate) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (accumulate) {
    dnnl::post_ops operations;
    operations.append_sum();
    attributes.set_post_ops(operations);
  }
#if DNNL_VERSION_MAJOR >= 3
  return {dnnl_engine(), a, b, bias, out, attributes};
#else
  return {{a, b, bias, out}, attributes, dnnl_engine()};
#endif
}

const char* dnnl_version_text() {
  static const auto* text = [] {
    const dnnl_version_t* version = dnnl_version();
    return new std::string(std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                           std::to_string(version->patch));
  }();
  return text->c_str();
}

}  // namespace finetune
