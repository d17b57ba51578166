#include <cstdlib>
#include <cstring>

#include "vector.h"

namespace finetune {
namespace {

InstructionSet best() {
#if defined(HAS_INSTRUCTION_SETS)
  const char* limit = std::getenv("FINETUNE_MAX_ISA");
  const bool basic_only = limit != nullptr && std::strcmp(limit, "basic") == 0;
  const bool avx2_at_most = limit != nullptr && std::strcmp(limit, "AVX2") == 0;
  // What x86-64-v3 and v4 have beyond these came with them.
  const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (basic_only || !has_avx2) return InstructionSet::kBasic;
  return has_avx512 && !avx2_at_most ? InstructionSet::kAvx512 : InstructionSet::kAvx2;
#else
  return InstructionSet::kBasic;
#endif
}

}  // namespace

InstructionSet instruction_set() {
  static const InstructionSet set = best();
  return set;
}

}  // namespace finetune
