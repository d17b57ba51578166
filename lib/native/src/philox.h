// Philox4x32-10 (Salmon et al. 2011), sixteen counters at a time. The numbers are those of lib/src/random.ts: element
// i of a stream is word i % 4 of the block with counter (i / 4, site, step, 0) under the key (seed).
#pragma once

#include "vector.h"

namespace finetune {

struct RandomKey {
  uint64_t seed;
  uint32_t site;
  uint32_t step;
};

// What dropout needs: elements whose number is below the threshold become 0, the others grow.
struct DropoutRule {
  uint32_t threshold;
  float kept;
};

using LongVector = uint64_t __attribute__((vector_size(64)));

// High and low words of the products with a constant.
static INLINE void multiply(UintVector x, uint32_t multiplier, UintVector* high, UintVector* low) {
  const LongVector pairs = reinterpret_cast<LongVector>(x);
  const LongVector factor = LongVector{} + multiplier;
  const LongVector even = (pairs & 0xffffffffu) * factor;
  const LongVector odd = (pairs >> 32) * factor;
  *high = reinterpret_cast<UintVector>((even >> 32) | (odd & 0xffffffff00000000u));
  *low = reinterpret_cast<UintVector>((even & 0xffffffffu) | (odd << 32));
}

// Numbers of the elements 4 * block … 4 * block + 63.
static INLINE void random_numbers(uint32_t* out, uint32_t block, const RandomKey& key) {
  UintVector c0 = UintVector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + block;
  UintVector c1 = UintVector{} + key.site;
  UintVector c2 = UintVector{} + key.step;
  UintVector c3{};
  uint32_t k0 = static_cast<uint32_t>(key.seed);
  uint32_t k1 = static_cast<uint32_t>(key.seed >> 32);
  for (int round = 0; round < 10; round++) {
    UintVector high0, low0, high1, low1;
    multiply(c0, 0xd2511f53u, &high0, &low0);
    multiply(c2, 0xcd9e8d57u, &high1, &low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  // From four words of sixteen blocks to sixteen blocks of four words.
  const UintVector lower = {0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23};
  const UintVector upper = {8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
  const UintVector pairs_lower = {0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23};
  const UintVector pairs_upper = {8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31};
  const UintVector a = __builtin_shuffle(c0, c1, lower), b = __builtin_shuffle(c2, c3, lower);
  const UintVector c = __builtin_shuffle(c0, c1, upper), d = __builtin_shuffle(c2, c3, upper);
  const UintVector result[4] = {
      __builtin_shuffle(a, b, pairs_lower), __builtin_shuffle(a, b, pairs_upper),
      __builtin_shuffle(c, d, pairs_lower), __builtin_shuffle(c, d, pairs_upper)};
  std::memcpy(out, result, sizeof result);
}

// Dropout's factors (0 or `kept`) of the elements first … first + count - 1 of a stream.
static INLINE void dropout_factors(float* factors, uint64_t first, size_t count, const RandomKey& key,
                                   const DropoutRule& rule) {
  uint32_t numbers[64];
  for (size_t done = 0; done < count;) {
    const uint64_t element = first + done;
    const size_t skip = element % 4;
    random_numbers(numbers, static_cast<uint32_t>(element / 4), key);
    float chunk[64];
    for (size_t i = 0; i < 64; i++) chunk[i] = numbers[i] >= rule.threshold ? rule.kept : 0.0f;
    const size_t take = count - done < 64 - skip ? count - done : 64 - skip;
    std::memcpy(factors + done, chunk + skip, take * sizeof(float));
    done += take;
  }
}

}  // namespace finetune
