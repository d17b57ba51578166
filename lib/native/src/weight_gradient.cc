#include "weight_gradient.h"

#include <algorithm>
#include <vector>

#include "arguments.h"
#include "scratch.h"
#include "matmul.h"
#include "optimizer.h"
#include "threads.h"
#include "vector.h"

// The product's inner dimension is the number of tokens: short, and different in every batch. oneDNN rounds it up and
// reads the operands as they lie, which costs a tenth of the time in f32 and a fifth in bf16. Here both operands are first
// packed into panels that stay in the caches, in 32-bit words as the instructions want them (the number of one token in
// f32, of two in bf16), and what leaves the registers goes to memory past the caches: nothing reads it before the
// backward pass is over.

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_PACKED_KERNEL
// bf16's own instructions are in the instances for bf16 alone.
#define PACKED_KERNEL __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#include <immintrin.h>
#endif

namespace finetune {
namespace {

// Outputs and inputs (in vectors of sixteen) of a tile: 24 registers of sums, and the others for operands.
constexpr size_t kTileRows = 8;
constexpr size_t kTileVectors = 3;
constexpr size_t kTileColumns = 16 * kTileVectors;

// Tiles below one another that take turns with a panel of x.
[[maybe_unused]] constexpr size_t kBlockTiles = 12;

// Tokens that are summed before the sums go to memory.
constexpr size_t kMostTokens = 1024;

// Smaller results stay in the caches until AdamW reads them.
constexpr size_t kStreamedElements = size_t{1} << 18;

// Products with fewer operations than this are done sooner by one thread.
[[maybe_unused]] constexpr size_t kGrain = size_t{1} << 18;

template <class Element>
struct Problem {
  float* out;
  const Element* dy;
  const Element* x;
  size_t tokens, outputs, inputs;
  // Whether to add to what `out` holds, and to write past the caches.
  bool accumulate, stream;

  static constexpr size_t kTokensPerWord = sizeof(uint32_t) / sizeof(Element);
  size_t words() const { return (tokens + kTokensPerWord - 1) / kTokensPerWord; }
  size_t row_tiles() const { return (outputs + kTileRows - 1) / kTileRows; }
  size_t column_tiles() const { return (inputs + kTileColumns - 1) / kTileColumns; }
};

#ifdef HAS_PACKED_KERNEL

// The numbers that there are of eight columns of one token, as words.
PACKED_KERNEL inline __m256i load_words(const float* from, __mmask8 mask) {
  return _mm256_maskz_loadu_epi32(mask, from);
}
PACKED_KERNEL inline __m256i load_words(const uint16_t* from, __mmask8 mask) {
  return _mm256_cvtepu16_epi32(_mm_maskz_loadu_epi16(mask, from));
}

// Columns begin … begin + width - 1 of a matrix: panel[word][width], zero where there is nothing. width is a multiple of 8.
template <class Element>
PACKED_KERNEL void pack(uint32_t* panel, const Element* matrix, size_t rows, size_t columns, size_t begin,
                        size_t width) {
  for (size_t row = 0; row < rows; row += Problem<Element>::kTokensPerWord, panel += width) {
    const Element* upper = matrix + row * columns;
    const bool has_lower = row + 1 < rows;
    for (size_t j = 0; j < width; j += 8) {
      const size_t column = begin + j;
      const size_t there = column < columns ? std::min(columns - column, size_t{8}) : 0;
      const auto mask = static_cast<__mmask8>((1u << there) - 1);
      __m256i words = load_words(upper + column, mask);
      if constexpr (Problem<Element>::kTokensPerWord == 2) {
        const __m256i lower = load_words(upper + columns + column, has_lower ? mask : 0);
        words = _mm256_or_si256(words, _mm256_slli_epi32(lower, 16));
      }
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(panel + j), words);
    }
  }
}

template <class Element>
PACKED_KERNEL inline __m512 multiply_add(__m512i a, __m512i b, __m512 sum) {
  if constexpr (sizeof(Element) == 2) return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
  else return _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), sum);
}

// One tile: kTileRows outputs by 16 * kVectors inputs, from their panels. Returns the sum of its squares, lane by lane.
template <class Element, size_t kVectors>
PACKED_KERNEL __m512 tile(const Problem<Element>& p, const uint32_t* left, const uint32_t* right, size_t row,
                          size_t column) {
  __m512 sums[kTileRows][kVectors];
  const size_t rows = std::min(kTileRows, p.outputs - row);
  float* const out = p.out + row * p.inputs + column;
#pragma GCC unroll 8
  for (size_t i = 0; i < kTileRows; i++) {
#pragma GCC unroll 3
    for (size_t j = 0; j < kVectors; j++) sums[i][j] = _mm512_setzero_ps();
  }
  const size_t words = p.words();
  for (size_t word = 0; word < words; word++) {
    __m512i b[kVectors];
#pragma GCC unroll 3
    for (size_t j = 0; j < kVectors; j++) b[j] = _mm512_loadu_si512(right + word * kTileColumns + 16 * j);
#pragma GCC unroll 8
    for (size_t i = 0; i < kTileRows; i++) {
      const __m512i a = _mm512_set1_epi32(static_cast<int>(left[word * kTileRows + i]));
#pragma GCC unroll 3
      for (size_t j = 0; j < kVectors; j++) sums[i][j] = multiply_add<Element>(a, b[j], sums[i][j]);
    }
  }
  __m512 squares = _mm512_setzero_ps();
#pragma GCC unroll 8
  for (size_t i = 0; i < kTileRows; i++) {
    if (i >= rows) break;
#pragma GCC unroll 3
    for (size_t j = 0; j < kVectors; j++) {
      const size_t there = std::min(p.inputs - column - 16 * j, size_t{16});
      const auto mask = static_cast<__mmask16>((1u << there) - 1);
      float* const to = out + i * p.inputs + 16 * j;
      __m512 sum = sums[i][j];
      if (p.accumulate) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(mask, to));
      squares = _mm512_fmadd_ps(sum, sum, squares);
      if (p.stream) _mm512_stream_ps(to, sum);
      else _mm512_mask_storeu_ps(to, mask, sum);
    }
  }
  return squares;
}

template <class Element>
PACKED_KERNEL double row_tiles(const Problem<Element>& p, const uint32_t* right, size_t begin, size_t end, int thread) {
  const size_t left_panel = p.words() * kTileRows;
  const size_t right_panel = p.words() * kTileColumns;
  auto* const left = reinterpret_cast<uint32_t*>(scratch(thread, 0, kBlockTiles * left_panel));
  double total = 0;
  for (size_t block = begin; block < end; block += kBlockTiles) {
    const size_t tiles = std::min(kBlockTiles, end - block);
    for (size_t t = 0; t < tiles; t++) {
      pack(left + t * left_panel, p.dy, p.tokens, p.outputs, (block + t) * kTileRows, kTileRows);
    }
    for (size_t c = 0; c < p.column_tiles(); c++) {
      const size_t column = c * kTileColumns;
      const size_t vectors = std::min((p.inputs - column + 15) / 16, kTileVectors);
      __m512 (*const multiply)(const Problem<Element>&, const uint32_t*, const uint32_t*, size_t, size_t) =
          vectors == 3 ? tile<Element, 3> : vectors == 2 ? tile<Element, 2> : tile<Element, 1>;
      __m512 squares = _mm512_setzero_ps();
      for (size_t t = 0; t < tiles; t++) {
        squares = _mm512_add_ps(squares, multiply(p, left + t * left_panel, right + c * right_panel,
                                                  (block + t) * kTileRows, column));
      }
      total += static_cast<double>(_mm512_reduce_add_ps(squares));
    }
  }
  if (p.stream) _mm_sfence();
  return total;
}

// Returns the sum of the squares of what `out` then holds.
template <class Element>
double multiply(const Problem<Element>& p) {
  const size_t panel = p.words() * kTileColumns;
  auto* const right = reinterpret_cast<uint32_t*>(scratch(0, 1, p.column_tiles() * panel));
  const size_t work = p.tokens * p.outputs * p.inputs;
  parallel_for(p.column_tiles(), work < kGrain ? p.column_tiles() : 1, [&](size_t begin, size_t end, int) {
    for (size_t c = begin; c < end; c++) {
      pack(right + c * panel, p.x, p.tokens, p.inputs, c * kTileColumns, kTileColumns);
    }
  });
  std::vector<double> parts(thread_count(), 0.0);
  parallel_for(p.row_tiles(), work < kGrain ? p.row_tiles() : 1, [&](size_t begin, size_t end, int part) {
    parts[part] = row_tiles(p, right, begin, end, part);
  });
  double total = 0;
  for (const double part : parts) total += part;
  return total;
}

bool has_packed_kernel() {
  return instruction_set() == InstructionSet::kAvx512;
}

#else

template <class Element>
double multiply(const Problem<Element>&) {
  return 0;
}

bool has_packed_kernel() { return false; }

#endif

template <class Element>
double weight_gradient(Floats dweight, const Element* dy, const Element* x, size_t tokens, size_t outputs, size_t inputs) {
  Problem<Element> p{};
  p.out = dweight.data;
  p.outputs = outputs;
  p.inputs = inputs;
  p.stream = outputs * inputs >= kStreamedElements && inputs % 16 == 0 && reinterpret_cast<uintptr_t>(p.out) % 64 == 0;
  double squares = 0;
  for (size_t done = 0; done < tokens; done += kMostTokens) {
    p.tokens = std::min(tokens - done, kMostTokens);
    p.dy = dy + done * outputs;
    p.x = x + done * inputs;
    p.accumulate = done > 0;
    squares = multiply(p);
  }
  return squares;
}

}  // namespace

bool has_bfloat16_products() {
#ifdef HAS_PACKED_KERNEL
  return has_packed_kernel() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

Napi::Value weight_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "weightGradient");
  const size_t tokens = arguments.length(3, "tokens");
  const size_t outputs = arguments.length(4, "outputs");
  const size_t inputs = arguments.length(5, "inputs");
  const Floats dweight = arguments.floats(0, "dweight", arguments.product({outputs, inputs}, "dweight"));
  const size_t dy_size = arguments.product({tokens, outputs}, "dy");
  const size_t x_size = arguments.product({tokens, inputs}, "x");
  const auto gradient = [&](auto dy, auto x, bool packed) {
    arguments.check_apart(dweight, "dweight", dy);
    arguments.check_apart(dweight, "dweight", x);
    if (packed) return weight_gradient(dweight, dy.data, x.data, tokens, outputs, inputs);
    transposed_product(dweight, dy, x, outputs, inputs, tokens);
    return sum_of_squares(dweight);
  };
  const double squares =
      arguments.is_bfloats(1)
          ? gradient(arguments.bfloats_from(1, "dy", dy_size), arguments.bfloats_from(2, "x", x_size),
                     has_bfloat16_products())
          : gradient(arguments.floats_from(1, "dy", dy_size), arguments.floats_from(2, "x", x_size),
                     has_packed_kernel());
  return Napi::Number::New(info.Env(), squares);
}

}  // namespace finetune
