#include "scratch.h"

#include <cstdint>
#include <vector>

#include "failure.h"
#include "memory.h"
#include "threads.h"

namespace finetune {
namespace {

constexpr size_t kMultiple = 4096;

// Areas of one thread begin at different places of their pages: a load that is a multiple of 4 KB away from a store that is
// under way waits for it.
constexpr size_t kSkew = 5 * 16;

}  // namespace

float* scratch(int thread, int slot, size_t floats) {
  struct Area {
    float* memory = nullptr;
    size_t size = 0;
  };
  static std::vector<Area> areas(static_cast<size_t>(thread_count()) * kScratchSlots);
  Area& area = areas[static_cast<size_t>(thread) * kScratchSlots + slot];
  if (area.size < floats) {
    give_memory(area.memory);
    area = {};
    if (floats > SIZE_MAX / sizeof(float) - kMultiple - kSkew * kScratchSlots) fail_memory();
    const size_t size = (floats + kMultiple - 1) / kMultiple * kMultiple;
    area.memory = static_cast<float*>(take_memory((size + kSkew * kScratchSlots) * sizeof(float)));
    if (area.memory == nullptr) fail_memory();
    area.size = size;
  }
  return area.memory + kSkew * static_cast<size_t>(slot);
}

}  // namespace finetune
