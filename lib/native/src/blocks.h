// Memory that the addon hands out: aligned to cache lines and, where the system offers them, on pages of 2 MB, which
// spares most of the misses that a JavaScript array on 4 KB pages has.
#pragma once

#include <napi.h>

#include <cstddef>

namespace finetune {

// allocateSegment(bytes): an ArrayBuffer with arbitrary content. Its memory goes back when it is collected.
Napi::Value allocate_segment(const Napi::CallbackInfo& info);

// Memory for a calculation, one area a thread and slot; kept for the next time. Content is arbitrary.
float* scratch(int thread, int slot, size_t floats);
constexpr int kScratchSlots = 12;

}  // namespace finetune
