// A file of its own: what is in it is compiled for processors with bf16, all of it.
#if defined(__x86_64__) && defined(__GNUC__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16"))), apply_to = function)
#else
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")
#endif
#define HAS_BFLOAT16_PRODUCTS
#include <immintrin.h>
#endif

#include "few_rows_tiles.h"

namespace finetune {

#ifdef HAS_BFLOAT16_PRODUCTS

namespace {

struct BfloatProduct {
  using Element = uint16_t;
  using Vector = Vector16;
  using Operand = __m512i;
  static constexpr size_t kStep = 32;
  static INLINE Operand load(const uint16_t* from) { return _mm512_loadu_si512(from); }
  static INLINE Vector multiply_add(Operand a, Operand b, Vector sum) {
    return reinterpret_cast<Vector>(_mm512_dpbf16_ps(reinterpret_cast<__m512>(sum), (__m512bh)a, (__m512bh)b));
  }
};

}  // namespace

void multiply_bfloat_tiles(const FewRows<uint16_t>& product, size_t begin, size_t end) {
  multiply_tiles<BfloatProduct>(product, begin, end);
}

#else

void multiply_bfloat_tiles(const FewRows<uint16_t>&, size_t, size_t) {}

#endif

}  // namespace finetune

#if defined(HAS_BFLOAT16_PRODUCTS) && defined(__clang__)
#pragma clang attribute pop
#endif
