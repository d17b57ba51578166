#pragma once

#include <cstddef>

namespace finetune {

// Memory for a calculation, one area a thread and slot; kept for the next time. Content is arbitrary.
float* scratch(int thread, int slot, size_t floats);
constexpr int kScratchSlots = 12;

}  // namespace finetune
