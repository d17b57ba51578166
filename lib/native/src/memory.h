#pragma once

#include <cstddef>

namespace finetune {

// Memory on cache lines, with arbitrary content; nullptr if there is none left. On any thread.
void* take_memory(size_t bytes);
void give_memory(void* memory);

}  // namespace finetune
