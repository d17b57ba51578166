#include "dropout.h"

#include <algorithm>

#include "threads.h"

namespace finetune {
namespace {

// Elements whose factors are made at a time.
constexpr size_t kChunk = 256;

// Elements are counted from the start of the tensor; `begin` is a multiple of kChunk.
template <class Vector>
static INLINE void dropout_part(float* out, const float* x, size_t begin, size_t end, const DropoutArguments& drop) {
  alignas(64) float factors[kChunk];
  for (size_t i = begin; i < end; i += kChunk) {
    const size_t count = std::min(end - i, kChunk);
    dropout_factors<Vector>(factors, drop.first + i, count, drop.key, drop.rule);
    for (size_t j = 0; j < count; j++) out[i + j] = x[i + j] * factors[j];
  }
}

}  // namespace

DropoutArguments::DropoutArguments(const Arguments& arguments, size_t index) {
  const auto word = [&](size_t index, const char* name) {
    const uint64_t value = arguments.integer(index, name);
    if (value > 0xffffffffu) arguments.fail_range(name, "must be below 2^32");
    return static_cast<uint32_t>(value);
  };
  rule.threshold = word(index, "threshold");
  rule.kept = static_cast<float>(arguments.number(index + 1, "kept"));
  key.seed = arguments.integer(index + 2, "seed");
  key.site = word(index + 3, "site");
  key.step = word(index + 4, "step");
  first = arguments.integer(index + 5, "first");
}

void dropout(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "dropout");
  const Floats x = arguments.floats(1, "x");
  const Floats out = arguments.floats(0, "out", x.size);
  const DropoutArguments drop(arguments, 2);
  const size_t chunks = (x.size + kChunk - 1) / kChunk;
  parallel_for(chunks, 16, [&](size_t begin, size_t end, int) {
    const size_t from = begin * kChunk, to = std::min(end * kChunk, x.size);
    vectorised([&](auto vector) INLINE_LAMBDA {
      dropout_part<decltype(vector)>(out.data, x.data, from, to, drop);
    });
  });
}

}  // namespace finetune
