// Memory that the addon hands out: aligned to cache lines and, where the system offers them, on pages of 2 MB, which
// spares most of the misses that a JavaScript array on 4 KB pages has.
#pragma once

#include <napi.h>

namespace finetune {

// allocateSegment(bytes): an ArrayBuffer with arbitrary content. Its memory goes back when it is collected.
Napi::Value allocate_segment(const Napi::CallbackInfo& info);

}  // namespace finetune
