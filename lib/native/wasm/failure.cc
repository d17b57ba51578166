#include "failure.h"

#include <cstdint>

namespace finetune {
namespace {

enum Kind : int32_t { kTypeError, kRangeError, kOutOfMemory };

// Throws a JavaScript error, which leaves all frames of this module at once: no destructor runs, and the caller puts the
// stack pointer back.
extern "C" [[noreturn]] __attribute__((import_module("env"), import_name("fail"))) void fail(int32_t kind,
                                                                                        const char* message,
                                                                                        size_t length);

}  // namespace

void fail_type(Napi::Env, const std::string& message) { fail(kTypeError, message.data(), message.size()); }

void fail_range(Napi::Env, const std::string& message) { fail(kRangeError, message.data(), message.size()); }

void fail_memory() { fail(kOutOfMemory, nullptr, 0); }

}  // namespace finetune
