// The one place that knows oneDNN's interface, which differs between 2.x and 3.x.
#pragma once

#include <dnnl.hpp>

namespace finetune {

dnnl::engine& dnnl_engine();
dnnl::stream& dnnl_stream();

// A matrix product; `bias` may be a zero descriptor. `accumulate` adds to what the destination holds. Scratch memory
// is the caller's.
dnnl::matmul::primitive_desc matmul_description(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                                                const dnnl::memory::desc& bias, const dnnl::memory::desc& out,
                                                bool accumulate);

// For example "2.6.3".
const char* dnnl_version_text();

}  // namespace finetune
