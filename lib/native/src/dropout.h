#pragma once

#include <napi.h>

#include "arguments.h"
#include "philox.h"

namespace finetune {

// The arguments threshold, kept, seed, site and step, from `index` on, as every kernel with dropout takes them. A
// threshold of 0 drops nothing.
struct DropoutArguments {
  DropoutArguments(const Arguments& arguments, size_t index);
  bool active() const { return rule.threshold > 0; }
  DropoutRule rule;
  RandomKey key;
};
constexpr size_t kDropoutArguments = 5;

// dropout(out, x, threshold, kept, seed, site, step)
void dropout(const Napi::CallbackInfo& info);

}  // namespace finetune
