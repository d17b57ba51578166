// The module's memory, in whole pages: the smallest gap that is large enough, else more of it from the host. The library's
// own allocator rounds up to powers of two, which is dear for what tensors and scratch areas need, and knows nothing of threads.

#include "memory.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <vector>

namespace finetune {
namespace {

constexpr size_t kPage = size_t{1} << 16;

// Counted in pages, as the end of the last one has no address.
struct Range {
  size_t begin, end;
  size_t pages() const { return end - begin; }
};

// With room for as many as there will be: the lists' own memory would come to lie between what they list.
std::vector<Range> empty_list() {
  std::vector<Range> list;
  list.reserve(4096);
  return list;
}

// Ascending; no two gaps are adjacent.
std::vector<Range> gaps = empty_list();
std::vector<Range> taken = empty_list();

std::atomic<int> lock{0};

class Lock {
 public:
  Lock() {
    while (lock.exchange(1) != 0) {
    }
  }
  ~Lock() { lock.store(0); }
};

// Where so many pages begin; 0 if there are none.
size_t find(size_t pages) {
  auto best = gaps.end();
  for (auto gap = gaps.begin(); gap != gaps.end(); ++gap) {
    if (gap->pages() >= pages && (best == gaps.end() || gap->pages() < best->pages())) best = gap;
  }
  if (best == gaps.end()) {
    const size_t begin = __builtin_wasm_memory_grow(0, pages);
    return begin == SIZE_MAX ? 0 : begin;
  }
  const size_t begin = best->begin;
  best->begin += pages;
  if (best->pages() == 0) gaps.erase(best);
  return begin;
}

}  // namespace

void* take_memory(size_t bytes) {
  const Lock held;
  const size_t pages = bytes / kPage + (bytes % kPage != 0);
  const size_t begin = find(pages);
  if (begin == 0) return nullptr;
  taken.push_back({begin, begin + pages});
  return reinterpret_cast<void*>(begin * kPage);
}

void give_memory(void* memory) {
  if (memory == nullptr) return;
  const Lock held;
  const size_t begin = reinterpret_cast<uintptr_t>(memory) / kPage;
  const auto block = std::find_if(taken.begin(), taken.end(), [&](const Range& range) { return range.begin == begin; });
  if (block == taken.end()) return;
  Range gap = *block;
  taken.erase(block);
  auto after = std::find_if(gaps.begin(), gaps.end(), [&](const Range& other) { return other.begin >= gap.end; });
  if (after != gaps.end() && after->begin == gap.end) {
    gap.end = after->end;
    after = gaps.erase(after);
  }
  if (after != gaps.begin() && std::prev(after)->end == gap.begin) std::prev(after)->end = gap.end;
  else gaps.insert(after, gap);
}

}  // namespace finetune
