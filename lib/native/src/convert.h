#pragma once

#include <napi.h>

#include "vector.h"

namespace finetune {

// To bf16, rounding to the nearest, ties to even; NaN stays NaN.
template <class Vector>
static INLINE ShortOf<Vector> to_bfloats(Vector x) {
  const UintOf<Vector> bits = reinterpret_cast<UintOf<Vector>>(x);
  const UintOf<Vector> rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const UintOf<Vector> nan = (bits >> 16) | 0x40u;
  return __builtin_convertvector(x == x ? rounded : nan, ShortOf<Vector>);
}

template <class Vector>
static INLINE void store_bfloats(uint16_t* to, Vector x, size_t count = kLanes<Vector>) {
  const ShortOf<Vector> bits = to_bfloats(x);
  std::memcpy(to, &bits, count * sizeof(uint16_t));
}

// toBfloat16(out, x): out is a Uint16Array of x's length.
void to_bfloat16(const Napi::CallbackInfo& info);

}  // namespace finetune
