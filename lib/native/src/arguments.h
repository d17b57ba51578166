// What JavaScript passes, checked: type, length and range. A wrong call throws a JavaScript TypeError or RangeError.
#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace finetune {

// A typed array's memory.
template <class T>
struct Span {
  T* data = nullptr;
  size_t size = 0;

  explicit operator bool() const { return data != nullptr; }
};

using Floats = Span<float>;
using Ints = Span<int32_t>;
using Bfloats = Span<uint16_t>;

class Arguments {
 public:
  Arguments(const Napi::CallbackInfo& info, const char* function) : info_(info), function_(function) {}

  Napi::Env env() const { return info_.Env(); }

  // A Float32Array of exactly `size` elements.
  Floats floats(size_t index, const char* name, size_t size) const;
  // A Float32Array of any length.
  Floats floats(size_t index, const char* name) const;
  // As floats(), or an empty span for null and undefined.
  Floats optional_floats(size_t index, const char* name, size_t size) const;
  Ints ints(size_t index, const char* name, size_t size) const;
  Ints ints(size_t index, const char* name) const;
  // A Float32Array of at least `size` elements; so with bfloats_from.
  Floats floats_from(size_t index, const char* name, size_t size) const;
  Bfloats bfloats_from(size_t index, const char* name, size_t size) const;
  Bfloats bfloats(size_t index, const char* name, size_t size) const;
  Bfloats optional_bfloats(size_t index, const char* name, size_t size) const;
  bool is_bfloats(size_t index) const;

  // An integer in 0 … 2^53 - 1.
  uint64_t integer(size_t index, const char* name) const;
  // An integer in 1 … 2^31 - 1, as oneDNN's dimensions.
  size_t length(size_t index, const char* name) const;
  // The product of lengths, for an array that has to have so many elements.
  size_t product(std::initializer_list<size_t> lengths, const char* name) const;
  double number(size_t index, const char* name) const;
  bool boolean(size_t index, const char* name) const;

  // Every value has to be in 0 … limit - 1.
  void check_range(Ints values, size_t limit, const char* name) const;
  // `output` must not lie in the memory of `input`. Of integers, which say places, that would let a kernel write anywhere.
  template <class Output, class T>
  void check_apart(Span<Output> output, const char* name, Span<T> input) const {
    const auto begin = [](const void* data) { return reinterpret_cast<uintptr_t>(data); };
    const bool apart = begin(output.data + output.size) <= begin(input.data) ||
                       begin(input.data + input.size) <= begin(output.data);
    if (output.size > 0 && input.size > 0 && !apart) fail_range(name, "lies in the memory of an input");
  }
  [[noreturn]] void fail_type(const char* name, const std::string& expected) const;
  [[noreturn]] void fail_range(const char* name, const std::string& problem) const;

 private:
  template <class T>
  Span<T> span(size_t index, const char* name, napi_typedarray_type type, const char* type_name) const;
  template <class T>
  Span<T> sized(Span<T> span, const char* name, size_t size) const;
  template <class T>
  Span<T> at_least(Span<T> span, const char* name, size_t size) const;
  bool is_missing(size_t index) const;

  const Napi::CallbackInfo& info_;
  const char* function_;
};

}  // namespace finetune
