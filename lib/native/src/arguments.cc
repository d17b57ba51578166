#include "arguments.h"

#include <cmath>

#include "failure.h"

namespace finetune {

void Arguments::fail_type(const char* name, const std::string& expected) const {
  finetune::fail_type(info_.Env(), std::string(function_) + ": " + name + " must be " + expected);
}

void Arguments::fail_range(const char* name, const std::string& problem) const {
  finetune::fail_range(info_.Env(), std::string(function_) + ": " + name + " " + problem);
}

template <class T>
Span<T> Arguments::span(size_t index, const char* name, napi_typedarray_type type, const char* type_name) const {
  napi_typedarray_type actual;
  size_t length = 0;
  void* data = nullptr;
  const napi_value value = info_[index];
  const napi_status status =
      napi_get_typedarray_info(info_.Env(), value, &actual, &length, &data, nullptr, nullptr);
  if (status != napi_ok || actual != type) fail_type(name, std::string("a ") + type_name);
  return {static_cast<T*>(data), length};
}

template <class T>
Span<T> Arguments::sized(Span<T> span, const char* name, size_t size) const {
  if (span.size != size) {
    fail_range(name, "has " + std::to_string(span.size) + " elements instead of " + std::to_string(size));
  }
  return span;
}

template <class T>
Span<T> Arguments::at_least(Span<T> span, const char* name, size_t size) const {
  if (span.size < size) {
    fail_range(name, "has " + std::to_string(span.size) + " elements; at least " + std::to_string(size) +
                         " are needed");
  }
  return span;
}

bool Arguments::is_missing(size_t index) const {
  return info_.Length() <= index || info_[index].IsNull() || info_[index].IsUndefined();
}

Floats Arguments::floats(size_t index, const char* name) const {
  return span<float>(index, name, napi_float32_array, "Float32Array");
}

Floats Arguments::floats(size_t index, const char* name, size_t size) const {
  return sized(floats(index, name), name, size);
}

Floats Arguments::floats_from(size_t index, const char* name, size_t size) const {
  return at_least(floats(index, name), name, size);
}

Bfloats Arguments::bfloats_from(size_t index, const char* name, size_t size) const {
  return at_least(span<uint16_t>(index, name, napi_uint16_array, "Uint16Array"), name, size);
}

Floats Arguments::optional_floats(size_t index, const char* name, size_t size) const {
  return is_missing(index) ? Floats{} : floats(index, name, size);
}

Ints Arguments::ints(size_t index, const char* name) const {
  const Ints result = span<int32_t>(index, name, napi_int32_array, "Int32Array");
#ifndef __wasm__
  // Places that another worker could change after they were checked.
  napi_value buffer = nullptr;
  bool is_own = false;
  if (napi_get_typedarray_info(info_.Env(), info_[index], nullptr, nullptr, nullptr, &buffer, nullptr) != napi_ok ||
      napi_is_arraybuffer(info_.Env(), buffer, &is_own) != napi_ok || !is_own) {
    fail_type(name, "an Int32Array in memory that is not shared");
  }
#endif
  return result;
}

Ints Arguments::ints(size_t index, const char* name, size_t size) const {
  return sized(ints(index, name), name, size);
}

Bfloats Arguments::bfloats(size_t index, const char* name, size_t size) const {
  return sized(span<uint16_t>(index, name, napi_uint16_array, "Uint16Array"), name, size);
}

Bfloats Arguments::optional_bfloats(size_t index, const char* name, size_t size) const {
  return is_missing(index) ? Bfloats{} : bfloats(index, name, size);
}

bool Arguments::is_bfloats(size_t index) const {
  napi_typedarray_type type;
  const napi_value value = info_[index];
  const napi_status status =
      napi_get_typedarray_info(info_.Env(), value, &type, nullptr, nullptr, nullptr, nullptr);
  return status == napi_ok && type == napi_uint16_array;
}

double Arguments::number(size_t index, const char* name) const {
  double value = 0;
  if (napi_get_value_double(info_.Env(), info_[index], &value) != napi_ok) fail_type(name, "a number");
  return value;
}

uint64_t Arguments::integer(size_t index, const char* name) const {
  const double value = number(index, name);
  if (!(value >= 0 && value <= 9007199254740991.0) || value != std::floor(value)) {
    fail_range(name, "must be an integer from 0 on");
  }
  return static_cast<uint64_t>(value);
}

size_t Arguments::length(size_t index, const char* name) const {
  const uint64_t value = integer(index, name);
  if (value < 1 || value > 0x7fffffff) fail_range(name, "must be an integer in 1 … 2147483647");
  return static_cast<size_t>(value);
}

size_t Arguments::product(std::initializer_list<size_t> lengths, const char* name) const {
  size_t result = 1;
  for (const size_t length : lengths) {
    if (__builtin_mul_overflow(result, length, &result)) fail_range(name, "would have more elements than there are addresses");
  }
  return result;
}

bool Arguments::boolean(size_t index, const char* name) const {
  bool value = false;
  if (napi_get_value_bool(info_.Env(), info_[index], &value) != napi_ok) fail_type(name, "true or false");
  return value;
}

void Arguments::check_range(Ints values, size_t limit, const char* name) const {
  for (size_t i = 0; i < values.size; i++) {
    if (values.data[i] < 0 || static_cast<size_t>(values.data[i]) >= limit) {
      fail_range(name, "has " + std::to_string(values.data[i]) + " at " + std::to_string(i) + ", outside 0 … " +
                           std::to_string(limit - 1));
    }
  }
}

}  // namespace finetune
