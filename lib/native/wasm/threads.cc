// Threads in WebAssembly: workers that share this module's memory. Each waits for a task, does its part, says so, and waits
// again (lib/assets/wasm/worker.mjs); what they wait on lies in memory, where both sides know the addresses.

#include "threads.h"

#include <cstdint>

#include "failure.h"
#include "scratch.h"

namespace finetune {
namespace {

struct Task {
  void (*body)(void* data, int thread);
  void* data;
};

Task task;

// Counts tasks; whoever waits for the next one waits for it to change.
std::atomic<int32_t> generation{0};
// Workers that have not yet done their part.
std::atomic<int32_t> remaining{0};
// What the last part that failed came to.
enum Failure : int32_t { kNone, kMemory, kTrap };
std::atomic<int32_t> failures{kNone};
int threads = 1;

// How often to look before sleeping: some microseconds. A thread that spins on takes the processor from the one that it
// waits for.
constexpr int kSpins = 2000;

int32_t* address(std::atomic<int32_t>& value) { return reinterpret_cast<int32_t*>(&value); }

void wait_while(std::atomic<int32_t>& value, int32_t seen) {
  for (int i = 0; i < kSpins; i++) {
    if (value.load() != seen) return;
  }
  while (value.load() == seen) __builtin_wasm_memory_atomic_wait32(address(value), seen, -1);
}

void done() {
  if (remaining.fetch_sub(1) == 1) __builtin_wasm_memory_atomic_notify(address(remaining), 1);
}

}  // namespace

int thread_count() { return threads; }

void on_all_threads(void (*body)(void* data, int thread), void* data) {
  if (threads == 1) return body(data, 0);
  task = {body, data};
  remaining.store(threads - 1);
  generation.fetch_add(1);
  __builtin_wasm_memory_atomic_notify(address(generation), static_cast<uint32_t>(threads));
  body(data, 0);
  for (int32_t left = remaining.load(); left > 0; left = remaining.load()) wait_while(remaining, left);
  const int32_t failed = failures.exchange(kNone);
  if (failed == kMemory) fail_memory();
  if (failed == kTrap) __builtin_trap();
}

}  // namespace finetune

using namespace finetune;

// What JavaScript calls: before the workers start, how many threads there will be;
extern "C" __attribute__((export_name("setThreads"))) void set_threads(int count) {
  threads = count;
  // Its list of areas is made at the first call, which must not be made by two threads at once.
  scratch(0, 0, 1);
}

// on a worker, the number of the last task,
extern "C" __attribute__((export_name("lastTask"))) int32_t last_task() { return generation.load(); }

// the next one after it, once it is there,
extern "C" __attribute__((export_name("waitForTask"))) int32_t wait_for_task(int32_t last) {
  wait_while(generation, last);
  return generation.load();
}

// and this worker's part of it; if that fails, `failTask` instead of its end.
extern "C" __attribute__((export_name("runTask"))) void run_task(int thread) {
  task.body(task.data, thread);
  done();
}

extern "C" __attribute__((export_name("failTask"))) void fail_task(int is_memory) {
  failures.store(is_memory ? kMemory : kTrap);
  done();
}
