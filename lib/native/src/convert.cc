#include "convert.h"

#include "arguments.h"
#include "threads.h"

namespace finetune {
namespace {

KERNEL void convert(uint16_t* out, const float* x, size_t begin, size_t end) {
  for_lanes(
      begin, end, [&](size_t i) INLINE_LAMBDA { store_bfloats(out + i, load(x + i)); },
      [&](size_t i, size_t n) INLINE_LAMBDA { store_bfloats(out + i, load_part(x + i, n), n); });
}

}  // namespace

void to_bfloat16(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "toBfloat16");
  const Floats x = arguments.floats(1, "x");
  const Bfloats out = arguments.bfloats(0, "out", x.size);
  parallel_for(x.size, 1 << 17, [&](size_t begin, size_t end, int) { convert(out.data, x.data, begin, end); });
}

}  // namespace finetune
