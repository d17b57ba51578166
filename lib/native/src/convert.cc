#include "convert.h"

#include "arguments.h"
#include "threads.h"

namespace finetune {
namespace {

template <class Vector>
static INLINE void convert(uint16_t* out, const float* x, size_t begin, size_t end) {
  for_lanes<Vector>(
      begin, end, [&](size_t i) INLINE_LAMBDA { store_bfloats(out + i, load<Vector>(x + i)); },
      [&](size_t i, size_t n) INLINE_LAMBDA { store_bfloats(out + i, load_part<Vector>(x + i, n), n); });
}

}  // namespace

void to_bfloat16(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "toBfloat16");
  const Floats x = arguments.floats(1, "x");
  const Bfloats out = arguments.bfloats(0, "out", x.size);
  parallel_for(x.size, 1 << 17, [&](size_t begin, size_t end, int) {
    vectorised([&](auto vector) INLINE_LAMBDA { convert<decltype(vector)>(out.data, x.data, begin, end); });
  });
}

}  // namespace finetune
