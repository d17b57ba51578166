#pragma once

#include <napi.h>

#include "arguments.h"
#include "philox.h"

namespace finetune {

// The arguments threshold, kept, seed, site, step and first, from `index` on, as every kernel with dropout takes them. A
// threshold of 0 drops nothing; `first` is the number in the stream of the tensor's first element.
struct DropoutArguments {
  DropoutArguments(const Arguments& arguments, size_t index);
  bool active() const { return rule.threshold > 0; }
  DropoutRule rule;
  RandomKey key;
  uint64_t first;
};
constexpr size_t kDropoutArguments = 6;

// dropout(out, x, threshold, kept, seed, site, step, first)
void dropout(const Napi::CallbackInfo& info);

}  // namespace finetune
