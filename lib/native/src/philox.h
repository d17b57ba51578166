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

// Dropout's factors of the elements 4 * block … 4 * block + 64 * kGroups - 1. Each number takes ten rounds, one after
// the other: with two groups at a time, the processor works on one while it waits for the other.
template <int kGroups>
static INLINE void factor_groups(float* factors, uint32_t block, const RandomKey& key, const DropoutRule& rule) {
  UintVector c0[kGroups], c1[kGroups], c2[kGroups], c3[kGroups];
  for (int g = 0; g < kGroups; g++) {
    c0[g] = UintVector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + block + 16 * g;
    c1[g] = UintVector{} + key.site;
    c2[g] = UintVector{} + key.step;
    c3[g] = UintVector{};
  }
  uint32_t k0 = static_cast<uint32_t>(key.seed);
  uint32_t k1 = static_cast<uint32_t>(key.seed >> 32);
  for (int round = 0; round < 10; round++) {
    for (int g = 0; g < kGroups; g++) {
      UintVector high0, low0, high1, low1;
      multiply(c0[g], 0xd2511f53u, &high0, &low0);
      multiply(c2[g], 0xcd9e8d57u, &high1, &low1);
      c0[g] = high1 ^ c1[g] ^ k0;
      c1[g] = low1;
      c2[g] = high0 ^ c3[g] ^ k1;
      c3[g] = low0;
    }
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  const auto factor = [&](UintVector numbers) INLINE_LAMBDA {
    return numbers >= rule.threshold ? broadcast(rule.kept) : Vector{};
  };
  // From four words of sixteen blocks to sixteen blocks of four words.
  for (int g = 0; g < kGroups; g++) {
    const Vector f0 = factor(c0[g]), f1 = factor(c1[g]), f2 = factor(c2[g]), f3 = factor(c3[g]);
    const Vector a = interleave_lower(f0, f1), b = interleave_lower(f2, f3);
    const Vector c = interleave_upper(f0, f1), d = interleave_upper(f2, f3);
    store(factors + 64 * g, interleave_pairs_lower(a, b));
    store(factors + 64 * g + 16, interleave_pairs_upper(a, b));
    store(factors + 64 * g + 32, interleave_pairs_lower(c, d));
    store(factors + 64 * g + 48, interleave_pairs_upper(c, d));
  }
}

// Dropout's factors (0 or `kept`) of the elements first … first + count - 1 of a stream.
static INLINE void dropout_factors(float* factors, uint64_t first, size_t count, const RandomKey& key,
                                   const DropoutRule& rule) {
  size_t done = 0;
  const auto block = [&] { return static_cast<uint32_t>((first + done) / 4); };
  if (first % 4 == 0) {
    for (; done + 128 <= count; done += 128) factor_groups<2>(factors + done, block(), key, rule);
    for (; done + 64 <= count; done += 64) factor_groups<1>(factors + done, block(), key, rule);
  }
  while (done < count) {
    float chunk[64];
    factor_groups<1>(chunk, block(), key, rule);
    const size_t skip = (first + done) % 4;
    const size_t take = count - done < 64 - skip ? count - done : 64 - skip;
    std::memcpy(factors + done, chunk + skip, take * sizeof(float));
    done += take;
  }
}

}  // namespace finetune
