#include "failure.h"

#include <new>

namespace finetune {

void fail_type(Napi::Env env, const std::string& message) { throw Napi::TypeError::New(env, message); }

void fail_range(Napi::Env env, const std::string& message) { throw Napi::RangeError::New(env, message); }

void fail_memory() { throw std::bad_alloc(); }

}  // namespace finetune
