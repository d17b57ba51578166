// How a function ends that cannot do what it was asked to: as a JavaScript error.
#pragma once

#include <string>

#include <napi.h>

namespace finetune {

[[noreturn]] void fail_type(Napi::Env env, const std::string& message);
[[noreturn]] void fail_range(Napi::Env env, const std::string& message);
// Of any thread.
[[noreturn]] void fail_memory();

}  // namespace finetune
