// One way to share work among threads: equal, contiguous parts. Which thread does what depends on nothing but the
// number of threads, so sums over parts come out the same in every run.
#pragma once

#include <cstddef>
#include <exception>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace finetune {

inline int thread_count() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
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

// Calls body(begin, end, part) for each part of 0 … count - 1; in one part if there are fewer than `grain` items.
// Always either one thread or all of them: libgomp ends and restarts its threads when the number changes.
template <class Body>
void parallel_for(size_t count, size_t grain, Body body) {
#ifdef _OPENMP
  if (count > grain && thread_count() > 1) {
    FirstException exception;
#pragma omp parallel
    {
      const size_t part = omp_get_thread_num();
      const size_t parts = omp_get_num_threads();
      const size_t begin = count * part / parts;
      const size_t end = count * (part + 1) / parts;
      if (begin < end) exception.guard([&] { body(begin, end, static_cast<int>(part)); });
    }
    exception.rethrow();
    return;
  }
#else
  (void)grain;
#endif
  if (count > 0) body(0, count, 0);
}

// Calls body(item, thread) for each item, whoever is free taking the next. For items that write to places of their
// own, so that the order does not show.
template <class Body>
void parallel_items(size_t count, Body body) {
#ifdef _OPENMP
  FirstException exception;
#pragma omp parallel if (count > 1)
  {
    const int thread = omp_get_thread_num();
#pragma omp for schedule(dynamic, 1)
    for (size_t item = 0; item < count; item++) exception.guard([&] { body(item, thread); });
  }
  exception.rethrow();
#else
  for (size_t item = 0; item < count; item++) body(item, 0);
#endif
}

}  // namespace finetune
