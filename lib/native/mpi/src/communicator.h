// The thread that speaks MPI: it alone does, from MPI_Init to MPI_Finalize, so that any thread level but the lowest will do, and
// what the ranks do together goes on while JavaScript and its kernels calculate.
#pragma once

#include <mpi.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "heartbeats.h"
#include "operation.h"

namespace finetune {

// What is known of the job once it has begun.
struct Job {
  int rank = 0, size = 1;
  // "Open MPI v4.1.4, …" in a line.
  std::string library;
  std::vector<Member> members;
};

class Communicator {
 public:
  // Never ends before the process does.
  static Communicator& instance();

  // Begins the job, on a thread of its own, and calls back from there: with an error, or an empty text.
  void begin(Limits limits, std::function<void(const std::string& error)> ready);
  const Job& job() const { return job_; }

  // Has an operation done, after those before, and calls back from the communicator's thread with the seconds that it took until now.
  void post(std::unique_ptr<Operation> operation, std::function<void(Operation&, double seconds)> done);

  // What this rank has been asked to do by a signal, for the others to hear; and the first rank's that has been asked.
  void set_signal(int signal);
  int signal() const { return signal_of_others_; }

  // Ends the job at once, for all ranks. Does not return.
  [[noreturn]] void abort(const std::string& message, int code);
  // This rank has come to its end, with this exit code: waits for the others; or, if it is none of success and they go on, ends the job
  // with what the reason is.
  void end(int code, const std::string& reason);

 private:
  void run(const std::function<void(const std::string&)>& ready);
  std::string initialize();
  void loop();
  void finalize(int code);
  void complete(double seconds);
  [[noreturn]] void abort_here(const std::string& message, int code);
  std::string name() const;

  Limits limits_;
  Job job_;
  // For operations, and for the end: a rank may come to it while others still wait in an operation.
  MPI_Comm communicator_ = MPI_COMM_NULL, last_ = MPI_COMM_NULL;
  std::unique_ptr<Heartbeats> heartbeats_;
  std::thread thread_;

  struct Posted {
    std::unique_ptr<Operation> operation;
    std::function<void(Operation&, double)> done;
  };
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Posted> queue_;
  bool begun_ = false, ending_ = false, ended_ = false, aborting_ = false;
  int exit_code_ = 0;
  std::string abort_message_, end_reason_;
  std::atomic<int> own_signal_{0}, signal_of_others_{0};
  // Operations that the program has asked for, and those that are done.
  std::atomic<uint64_t> posted_{0};
  uint64_t done_ = 0;
};

}  // namespace finetune
