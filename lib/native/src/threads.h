// One way to share work among threads: equal, contiguous parts. Which thread does what depends on nothing but the
// number of threads, so sums over parts come out the same in every run.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>

#ifdef _OPENMP
#include <omp.h>
#endif
#ifdef FINETUNE_STD_THREADS
#include <thread>
#include <vector>
#endif

namespace finetune {

#if defined(__wasm__)

// The workers that JavaScript has started, and the caller; see wasm/threads.cc.
int thread_count();

// Calls body(data, thread) once on every thread, and returns when all are done.
void on_all_threads(void (*body)(void* data, int thread), void* data);

template <class Body>
void run_on_all(Body body) {
  on_all_threads([](void* data, int thread) { (*static_cast<Body*>(data))(thread); }, &body);
}

#elif defined(FINETUNE_STD_THREADS)

// For ThreadSanitizer, which knows the standard library's threads and not OpenMP's.
inline int& chosen_thread_count() {
  static int threads = 4;
  return threads;
}
inline int thread_count() { return chosen_thread_count(); }
inline void set_thread_count(int threads) { chosen_thread_count() = threads; }

template <class Body>
void run_on_all(Body body) {
  std::vector<std::exception_ptr> exceptions(thread_count());
  std::vector<std::thread> threads(thread_count());
  for (int thread = 0; thread < thread_count(); thread++) {
    threads[thread] = std::thread([&, thread] {
      try {
        body(thread);
      } catch (...) {
        exceptions[thread] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& exception : exceptions) {
    if (exception) std::rethrow_exception(exception);
  }
}

#else

inline int thread_count() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

inline void set_thread_count([[maybe_unused]] int threads) {
#ifdef _OPENMP
  omp_set_num_threads(threads);
#endif
}

// Of the exceptions in a parallel region, where one that leaves it would end the process: the first, thrown again behind it.
class FirstException {
 public:
  template <class Body>
  void guard(Body body) {
    try {
      body();
    } catch (...) {
#ifdef _OPENMP
#pragma omp critical(finetune_first_exception)
#endif
      if (!first_) first_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  std::exception_ptr first_;
};

// Calls body(thread) once for each of thread_count() threads, even if OpenMP gives fewer.
template <class Body>
void run_on_all(Body body) {
  FirstException exception;
#ifdef _OPENMP
  const int threads = thread_count();
#pragma omp parallel
  for (int thread = omp_get_thread_num(); thread < threads; thread += omp_get_num_threads()) {
    exception.guard([&] { body(thread); });
  }
#else
  exception.guard([&] { body(0); });
#endif
  exception.rethrow();
}

#endif

// Calls body(begin, end, part) for each part of 0 … count - 1; in one part if there are fewer than `grain` items.
// Always either one thread or all of them: libgomp ends and restarts its threads when the number changes.
template <class Body>
void parallel_for(size_t count, size_t grain, Body body) {
  const size_t parts = thread_count();
  if (count > grain && parts > 1) {
    run_on_all([&](int part) {
      const size_t begin = count * part / parts;
      const size_t end = count * (part + 1) / parts;
      if (begin < end) body(begin, end, part);
    });
  } else if (count > 0) {
    body(0, count, 0);
  }
}

// Calls body(item, thread) for each item, whoever is free taking the next. For items that write to places of their
// own, so that the order does not show.
template <class Body>
void parallel_items(size_t count, Body body) {
  if (count <= 1) {
    if (count == 1) body(0, 0);
    return;
  }
  // In a cache line of its own: every thread writes to it, and what lies beside it on the stack, all of them read.
  struct alignas(64) Counter {
    std::atomic<size_t> next{0};
  } counter;
  run_on_all([&](int thread) {
    for (size_t item = counter.next++; item < count; item = counter.next++) body(item, thread);
  });
}

}  // namespace finetune
