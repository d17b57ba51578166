// Matrix products where there is no oneDNN: both operands are packed into panels that stay in the caches, and a tile of
// sums stays in the sixteen registers that browsers and Node have for vectors of four. After Goto and van de Geijn 2008,
// "Anatomy of high-performance matrix multiplication".

#include "matmul.h"

#include <algorithm>
#include <cstring>

#include "scratch.h"
#include "threads.h"
#include "vector.h"

namespace finetune {
namespace {

using Quad = float __attribute__((vector_size(16)));
using UnalignedQuad = float __attribute__((vector_size(16), aligned(4), may_alias));

// Rows and columns of a tile: eight registers of sums, and the others for operands.
constexpr size_t kTileRows = 4;
constexpr size_t kTileColumns = 8;

// Inner elements of a panel, and rows of a block of panels: a panel of columns (8 KB) stays in the first cache, a block of
// rows (128 KB) in the second.
constexpr size_t kMostInner = 256;
constexpr size_t kBlockRows = 128;

// Products with fewer operations than this are done sooner by one thread.
constexpr size_t kGrain = size_t{1} << 18;

// A matrix with any strides.
struct View {
  const float* data;
  size_t row, column;
};

struct Product {
  float* out;
  View a, b;
  size_t m, n, k;
  const float* bias;
  bool accumulate;
};

size_t tiles(size_t count, size_t width) { return (count + width - 1) / width; }

// panel[inner][width]: `width` rows (of a) or columns (of b) from `begin` on, zero beyond `end`. `step` leads from one of
// them to the next, `along` along the inner dimension.
template <size_t kWidth>
void pack(float* panel, const float* from, size_t step, size_t along, size_t begin, size_t end, size_t inner) {
  const size_t there = std::min(end - begin, kWidth);
  from += begin * step;
  if (there < kWidth) {
    for (size_t k = 0; k < inner; k++, panel += kWidth) {
      for (size_t i = 0; i < kWidth; i++) panel[i] = i < there ? from[i * step + k * along] : 0;
    }
  } else if (step == 1) {
    for (size_t k = 0; k < inner; k++) std::memcpy(panel + k * kWidth, from + k * along, kWidth * sizeof(float));
  } else {
    size_t k = 0;
    if (along == 1) {
      for (; k + 4 <= inner; k += 4) {
        for (size_t i = 0; i < kWidth; i += 4) transpose4(panel + k * kWidth + i, kWidth, from + i * step + k, step);
      }
    }
    for (; k < inner; k++) {
      for (size_t i = 0; i < kWidth; i++) panel[k * kWidth + i] = from[i * step + k * along];
    }
  }
}

// sum + a * b, in one operation where WebAssembly has it.
static INLINE Quad add_product(Quad sum, float a, Quad b) {
#ifdef __wasm_relaxed_simd__
  return __builtin_wasm_relaxed_madd_f32x4(Quad{a, a, a, a}, b, sum);
#else
  return sum + a * b;
#endif
}

// sums[rows][8] = left[inner][rows] * right[inner][8]
static inline void multiply(Quad (&sums)[kTileRows][2], const float* left, const float* right, size_t inner) {
  Quad s[kTileRows][2] = {};
  for (size_t k = 0; k < inner; k++) {
    const Quad b0 = *reinterpret_cast<const UnalignedQuad*>(right + k * kTileColumns);
    const Quad b1 = *reinterpret_cast<const UnalignedQuad*>(right + k * kTileColumns + 4);
    for (size_t i = 0; i < kTileRows; i++) {
      const float a = left[k * kTileRows + i];
      s[i][0] = add_product(s[i][0], a, b0);
      s[i][1] = add_product(s[i][1], a, b1);
    }
  }
  std::memcpy(sums, s, sizeof s);
}

// A tile of the result: the sums, the bias with the first part of the inner dimension, and what was there before.
void write_tile(const Product& p, const Quad (&sums)[kTileRows][2], size_t row, size_t column, bool first) {
  const size_t rows = std::min(p.m - row, kTileRows);
  const size_t columns = std::min(p.n - column, kTileColumns);
  const bool add = p.accumulate || !first;
  for (size_t i = 0; i < rows; i++) {
    float* out = p.out + (row + i) * p.n + column;
    Quad total[2] = {sums[i][0], sums[i][1]};
    const auto plus = [&](const float* x) {
      Quad more[2] = {};
      std::memcpy(more, x, columns * sizeof(float));
      for (size_t j = 0; j < 2; j++) total[j] += more[j];
    };
    if (first && p.bias != nullptr) plus(p.bias + column);
    if (add) plus(out);
    std::memcpy(out, total, columns * sizeof(float));
  }
}

// Rows begin … end - 1, one part of the inner dimension: `right` holds the panels of all columns of b.
void multiply_rows(const Product& p, const float* right, size_t begin, size_t end, size_t from, size_t inner,
                   int thread) {
  float* left = scratch(thread, 0, kBlockRows * kMostInner);
  for (size_t block = begin; block < end; block += kBlockRows) {
    const size_t stop = std::min(block + kBlockRows, end);
    for (size_t row = block; row < stop; row += kTileRows) {
      pack<kTileRows>(left + (row - block) * inner, p.a.data + from * p.a.column, p.a.row, p.a.column, row, end, inner);
    }
    for (size_t column = 0; column < p.n; column += kTileColumns) {
      const float* panel = right + column * inner;
      for (size_t row = block; row < stop; row += kTileRows) {
        Quad sums[kTileRows][2];
        multiply(sums, left + (row - block) * inner, panel, inner);
        write_tile(p, sums, row, column, from == 0);
      }
    }
  }
}

void run(const Product& p) {
  const size_t columns = tiles(p.n, kTileColumns);
  const size_t rows = tiles(p.m, kTileRows);
  const bool alone = p.m * p.n * p.k < kGrain;
  float* right = scratch(0, 1, columns * kTileColumns * std::min(p.k, kMostInner));
  for (size_t from = 0; from < p.k; from += kMostInner) {
    const size_t inner = std::min(p.k - from, kMostInner);
    parallel_for(columns, alone ? columns : 1, [&](size_t begin, size_t end, int) {
      for (size_t c = begin; c < end; c++) {
        pack<kTileColumns>(right + c * kTileColumns * inner, p.b.data + from * p.b.row, p.b.column, p.b.row,
                           c * kTileColumns, p.n, inner);
      }
    });
    parallel_for(rows, alone ? rows : 1, [&](size_t begin, size_t end, int thread) {
      multiply_rows(p, right, begin * kTileRows, std::min(end * kTileRows, p.m), from, inner, thread);
    });
  }
}

View view(const float* data, size_t columns, bool transposed, size_t rows) {
  return transposed ? View{data, 1, rows} : View{data, columns, 1};
}

}  // namespace

void transposed_product(Floats out, Floats a, Floats b, size_t m, size_t n, size_t k) {
  run({out.data, view(a.data, k, true, m), view(b.data, n, false, k), m, n, k, nullptr, false});
}

void transposed_product(Floats, Bfloats, Bfloats, size_t, size_t, size_t) {
  // Nobody asks for it: the engine says that it has no bf16.
  __builtin_trap();
}

void matmul(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "matmul");
  const size_t batch = arguments.length(3, "batch");
  const size_t m = arguments.length(4, "m"), n = arguments.length(5, "n"), k = arguments.length(6, "k");
  const bool transpose_a = arguments.boolean(7, "transposeA"), transpose_b = arguments.boolean(8, "transposeB");
  const bool accumulate = arguments.boolean(10, "accumulate");
  const Floats out = arguments.floats_from(0, "out", arguments.product({batch, m, n}, "out"));
  const Floats bias = arguments.optional_floats(9, "bias", n);
  const Floats a = arguments.floats_from(1, "a", arguments.product({batch, m, k}, "a"));
  const Floats b = arguments.floats_from(2, "b", arguments.product({batch, k, n}, "b"));
  arguments.check_apart(out, "out", bias);
  arguments.check_apart(out, "out", a);
  arguments.check_apart(out, "out", b);
  for (size_t i = 0; i < batch; i++) {
    run({out.data + i * m * n, view(a.data + i * m * k, k, transpose_a, m), view(b.data + i * k * n, n, transpose_b, k), m,
         n, k, bias.data, accumulate});
  }
}

}  // namespace finetune
