// Philox4x32-10 (Salmon et al. 2011), as many counters at a time as a vector has lanes. The numbers are those of lib/src/random.ts: element
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

// High and low words of the products with a constant.
template <class Vector>
static INLINE void multiply(UintOf<Vector> x, uint32_t multiplier, UintOf<Vector>* high, UintOf<Vector>* low) {
  using Longs = LongOf<Vector>;
  const Longs pairs = reinterpret_cast<Longs>(x);
  const Longs factor = Longs{} + multiplier;
  const Longs even = (pairs & 0xffffffffu) * factor;
  const Longs odd = (pairs >> 32) * factor;
  *high = reinterpret_cast<UintOf<Vector>>((even >> 32) | (odd & 0xffffffff00000000u));
  *low = reinterpret_cast<UintOf<Vector>>((even & 0xffffffffu) | (odd << 32));
}

template <class Vector, size_t... kLane>
static INLINE UintOf<Vector> lane_numbers(std::index_sequence<kLane...>) {
  return UintOf<Vector>{static_cast<uint32_t>(kLane)...};
}

// Elements of a group: the four words of as many blocks as a vector has lanes.
template <class Vector>
constexpr size_t kGroup = 4 * kLanes<Vector>;

// Dropout's factors of kGroups groups of elements from 4 * block on. Each number takes ten rounds, one after the other:
// with two groups at a time, the processor works on one while it waits for the other.
template <class Vector, size_t kGroups>
static INLINE void factor_groups(float* factors, uint32_t block, const RandomKey& key, const DropoutRule& rule) {
  using Words = UintOf<Vector>;
  constexpr size_t kWidth = kLanes<Vector>;
  Words c0[kGroups], c1[kGroups], c2[kGroups], c3[kGroups];
  for (size_t g = 0; g < kGroups; g++) {
    c0[g] = lane_numbers<Vector>(std::make_index_sequence<kWidth>()) + block + static_cast<uint32_t>(kWidth * g);
    c1[g] = Words{} + key.site;
    c2[g] = Words{} + key.step;
    c3[g] = Words{};
  }
  uint32_t k0 = static_cast<uint32_t>(key.seed);
  uint32_t k1 = static_cast<uint32_t>(key.seed >> 32);
  for (int round = 0; round < 10; round++) {
    for (size_t g = 0; g < kGroups; g++) {
      Words high0, low0, high1, low1;
      multiply<Vector>(c0[g], 0xd2511f53u, &high0, &low0);
      multiply<Vector>(c2[g], 0xcd9e8d57u, &high1, &low1);
      c0[g] = high1 ^ c1[g] ^ k0;
      c1[g] = low1;
      c2[g] = high0 ^ c3[g] ^ k1;
      c3[g] = low0;
    }
    k0 += 0x9e3779b9u;
    k1 += 0xbb67ae85u;
  }
  const auto factor = [&](Words numbers) INLINE_LAMBDA {
    return numbers >= rule.threshold ? broadcast<Vector>(rule.kept) : Vector{};
  };
  // From four words of each block to the blocks one after the other.
  for (size_t g = 0; g < kGroups; g++) {
    const Vector f0 = factor(c0[g]), f1 = factor(c1[g]), f2 = factor(c2[g]), f3 = factor(c3[g]);
    const Vector a = interleave_lower(f0, f1), b = interleave_lower(f2, f3);
    const Vector c = interleave_upper(f0, f1), d = interleave_upper(f2, f3);
    float* const to = factors + kGroup<Vector> * g;
    store(to, interleave_pairs_lower(a, b));
    store(to + kWidth, interleave_pairs_upper(a, b));
    store(to + 2 * kWidth, interleave_pairs_lower(c, d));
    store(to + 3 * kWidth, interleave_pairs_upper(c, d));
  }
}

// Dropout's factors (0 or `kept`) of the elements first … first + count - 1 of a stream.
template <class Vector>
static INLINE void dropout_factors(float* factors, uint64_t first, size_t count, const RandomKey& key,
                                   const DropoutRule& rule) {
  constexpr size_t kWhole = kGroup<Vector>;
  size_t done = 0;
  const auto block = [&]() INLINE_LAMBDA { return static_cast<uint32_t>((first + done) / 4); };
  if (first % 4 == 0) {
    for (; done + 2 * kWhole <= count; done += 2 * kWhole) factor_groups<Vector, 2>(factors + done, block(), key, rule);
    for (; done + kWhole <= count; done += kWhole) factor_groups<Vector, 1>(factors + done, block(), key, rule);
  }
  while (done < count) {
    alignas(64) float chunk[kWhole];
    factor_groups<Vector, 1>(chunk, block(), key, rule);
    const size_t skip = (first + done) % 4;
    const size_t take = count - done < kWhole - skip ? count - done : kWhole - skip;
    std::memcpy(factors + done, chunk + skip, take * sizeof(float));
    done += take;
  }
}

}  // namespace finetune
