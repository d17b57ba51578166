#include "few_rows.h"

#include <algorithm>

#include "few_rows_tiles.h"
#include "scratch.h"
#include "threads.h"
#include "weight_gradient.h"

namespace finetune {
namespace {

// Beyond so many rows, packing pays; sooner where the inner dimension is so long that a tile's operands leave the first cache.
constexpr size_t kMostRows = 64, kMostLongRows = 32;
constexpr size_t kLongInner = 1536;

// Products with fewer operations than this are done sooner by one thread.
constexpr size_t kGrain = size_t{1} << 17;

template <class VectorType>
struct FloatProduct {
  using Element = float;
  using Vector = VectorType;
  using Operand = VectorType;
  static constexpr size_t kStep = kLanes<VectorType>;
  static INLINE Operand load(const float* from) { return finetune::load<VectorType>(from); }
  static INLINE Vector multiply_add(Operand a, Operand b, Vector sum) { return sum + a * b; }
};

// Rows that begin at the same place of their pages would take turns in few places of the first cache.
template <class Element>
FewRows<Element> with_spread_rows(FewRows<Element> p) {
  constexpr size_t kPage = 4096 / sizeof(Element), kLine = 64 / sizeof(Element);
  if (p.inner % kPage != 0) return p;
  p.x_stride = p.inner + kLine;
  auto* const copy = reinterpret_cast<Element*>(scratch(0, 0, p.rows * p.x_stride));
  for (size_t row = 0; row < p.rows; row++) std::copy_n(p.x + row * p.inner, p.inner, copy + row * p.x_stride);
  p.x = copy;
  return p;
}

// Calls body(product, begin, end) for each thread's outputs.
template <class Element, class Body>
void share_outputs(const FewRows<Element>& asked, Body body) {
  const FewRows<Element> product = with_spread_rows(asked);
  const size_t tiles = product.outputs / kTileOutputs;
  const size_t work = product.rows * product.outputs * product.inner;
  parallel_for(tiles, work < kGrain ? tiles : 1, [&](size_t begin, size_t end, int) {
    body(product, begin * kTileOutputs, end * kTileOutputs);
  });
}

}  // namespace

bool suits_few_rows(size_t rows, size_t outputs, size_t inner, bool bfloat16) {
  const size_t step = bfloat16 ? 2 * kMostLanes : kMostLanes;
  const size_t most = inner < kLongInner ? kMostRows : kMostLongRows;
  return rows <= most && inner % step == 0 && outputs % kTileOutputs == 0 && (!bfloat16 || has_bfloat16_products());
}

void multiply_few_rows(const FewRows<float>& product) {
  share_outputs(product, [](const FewRows<float>& p, size_t begin, size_t end) {
    vectorised([&](auto vector) INLINE_LAMBDA { multiply_tiles<FloatProduct<decltype(vector)>>(p, begin, end); });
  });
}

void multiply_few_rows(const FewRows<uint16_t>& product) {
  share_outputs(product, multiply_bfloat_tiles);
}

}  // namespace finetune
