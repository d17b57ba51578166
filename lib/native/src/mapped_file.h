// Files as memory, whose pages are read when they are first looked at and copied when they are first written to.
#pragma once

#include <napi.h>

namespace finetune {

// mapFile(path): an ArrayBuffer with the file's bytes, or undefined where this file cannot be mapped (it is none, is empty,
// lies on a file system without mapping, or is longer than an ArrayBuffer). Writing to it does not change the file.
Napi::Value map_file(const Napi::CallbackInfo& info);

}  // namespace finetune
