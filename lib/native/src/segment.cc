#include "segment.h"

#include <cstdint>
#include <cstdlib>

#include "arguments.h"
#include "failure.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace finetune {
namespace {

// V8 refuses longer ArrayBuffers around memory that is not its own, after it has given the memory back itself.
constexpr uint64_t kMost = uint64_t{1} << 32;

constexpr size_t kHugePage = size_t{2} << 20;

size_t round_up(size_t x, size_t multiple) { return (x + multiple - 1) / multiple * multiple; }

}  // namespace

Napi::Value allocate_segment(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "allocateSegment");
  const uint64_t wanted = arguments.integer(0, "bytes");
  if (wanted == 0 || wanted > kMost) arguments.fail_range("bytes", "must be in 1 … 2^32");
  const size_t bytes = round_up(wanted, kHugePage);
  void* memory = std::aligned_alloc(kHugePage, bytes);
  if (memory == nullptr) {
    fail_memory();
  }
#ifdef MADV_HUGEPAGE
  // A wish: where the kernel says no, everything works on small pages.
  madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return Napi::ArrayBuffer::New(info.Env(), memory, bytes, [](Napi::Env, void* data) { std::free(data); });
}

}  // namespace finetune
