#include "mapped_file.h"

#include <cstdint>
#include <string>

#include "failure.h"

#if defined(__unix__) || defined(__APPLE__)
#define HAS_MAPPING
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace finetune {
namespace {

#ifdef HAS_MAPPING

// V8 refuses longer ArrayBuffers around memory that is not its own.
constexpr int64_t kMost = int64_t{1} << 32;

struct Mapping {
  void* data = nullptr;
  size_t bytes = 0;
};

Mapping map(const std::string& path) {
  // O_NONBLOCK: to open a pipe that nobody writes to would wait for ever.
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file == -1) return {};
  Mapping result;
  struct stat status {};
  if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 && status.st_size < kMost) {
    const auto bytes = static_cast<size_t>(status.st_size);
    void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (data != MAP_FAILED) {
      // All of it will be needed, and soon.
      madvise(data, bytes, MADV_WILLNEED);
      result = {data, bytes};
    }
  }
  close(file);
  return result;
}

#endif

}  // namespace

Napi::Value map_file(const Napi::CallbackInfo& info) {
  if (info.Length() < 1 || !info[0].IsString()) fail_type(info.Env(), "mapFile: path must be a string");
#ifdef HAS_MAPPING
  const Mapping mapping = map(info[0].As<Napi::String>().Utf8Value());
  if (mapping.data == nullptr) return info.Env().Undefined();
  const size_t bytes = mapping.bytes;
  return Napi::ArrayBuffer::New(info.Env(), mapping.data, bytes, [bytes](Napi::Env, void* data) { munmap(data, bytes); });
#else
  return info.Env().Undefined();
#endif
}

}  // namespace finetune
