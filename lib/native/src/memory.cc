#include "memory.h"

#include <cstdlib>

namespace finetune {

void* take_memory(size_t bytes) { return std::aligned_alloc(64, (bytes + 63) / 64 * 64); }

void give_memory(void* memory) { std::free(memory); }

}  // namespace finetune
