// The kernels are written for Node-API; in WebAssembly they get the same arguments as records in memory, which
// lib/src/engines/wasm/module.ts writes. This header stands in for <napi.h>, with the little of it that they name.
#pragma once

#include <cstddef>
#include <cstdint>

// A value as JavaScript passed it. Of a typed array, `number` is its address and `length` counts elements.
struct napi_value_record {
  double number;
  int32_t type;
  uint32_t length;
};
using napi_value = const napi_value_record*;
using napi_env = int;

// What a record holds: null or undefined, something that no function takes, a number, a truth value; from kFirstArray on,
// a typed array.
enum : int32_t { kMissing, kOther, kNumber, kBoolean, kFirstArray };
enum napi_typedarray_type : int32_t { napi_float32_array = kFirstArray, napi_int32_array, napi_uint16_array };
enum napi_status { napi_ok, napi_invalid_arg };

inline napi_status napi_get_value_double(napi_env, napi_value value, double* result) {
  if (value->type != kNumber) return napi_invalid_arg;
  *result = value->number;
  return napi_ok;
}

inline napi_status napi_get_value_bool(napi_env, napi_value value, bool* result) {
  if (value->type != kBoolean) return napi_invalid_arg;
  *result = value->number != 0;
  return napi_ok;
}

inline napi_status napi_get_typedarray_info(napi_env, napi_value value, napi_typedarray_type* type, size_t* length,
                                            void** data, void*, void*) {
  if (value->type < kFirstArray) return napi_invalid_arg;
  *type = static_cast<napi_typedarray_type>(value->type);
  if (length != nullptr) *length = value->length;
  if (data != nullptr) *data = reinterpret_cast<void*>(static_cast<uintptr_t>(value->number));
  return napi_ok;
}

namespace Napi {

using Env = napi_env;

// What a function returns is a number, or nothing.
using Value = double;
struct Number {
  static Value New(Env, double value) { return value; }
};

class Argument {
 public:
  explicit Argument(napi_value value) : value_(value) {}
  operator napi_value() const { return value_; }
  bool IsNull() const { return value_->type == kMissing; }
  bool IsUndefined() const { return IsNull(); }

 private:
  napi_value value_;
};

class CallbackInfo {
 public:
  CallbackInfo(const napi_value_record* values, size_t count) : values_(values), count_(count) {}
  napi_env Env() const { return 0; }
  size_t Length() const { return count_; }
  Argument operator[](size_t index) const {
    static constexpr napi_value_record missing{0, kMissing, 0};
    return Argument(index < count_ ? values_ + index : &missing);
  }

 private:
  const napi_value_record* values_;
  size_t count_;
};

}  // namespace Napi
