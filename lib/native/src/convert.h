#pragma once

#include <napi.h>

#include "vector.h"

namespace finetune {

using ShortVector = uint16_t __attribute__((vector_size(32)));

// To bf16, rounding to the nearest, ties to even; NaN stays NaN.
static INLINE ShortVector to_bfloats(Vector x) {
  const UintVector bits = reinterpret_cast<UintVector>(x);
  const UintVector rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const UintVector nan = (bits >> 16) | 0x40u;
  return __builtin_convertvector(x == x ? rounded : nan, ShortVector);
}

static INLINE void store_bfloats(uint16_t* to, Vector x, size_t count = kLanes) {
  const ShortVector bits = to_bfloats(x);
  std::memcpy(to, &bits, count * sizeof(uint16_t));
}

// toBfloat16(out, x): out is a Uint16Array of x's length.
void to_bfloat16(const Napi::CallbackInfo& info);

}  // namespace finetune
