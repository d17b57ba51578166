#include "communicator.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace finetune {
namespace {

// How long a rank that has failed waits for others that have come to their end too.
constexpr double kLastMoments = 3;
// How long the communicator sleeps before it looks again: while something is under way, and otherwise.
constexpr auto kNap = std::chrono::microseconds(40);
constexpr auto kIdle = std::chrono::milliseconds(50);
// Looks without a nap between, for what takes some microseconds.
constexpr int kLooks = 200;

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

}  // namespace

Communicator& Communicator::instance() {
  static auto* communicator = new Communicator();
  return *communicator;
}

void Communicator::begin(Limits limits, std::function<void(const std::string&)> ready) {
  limits_ = limits;
  begun_ = true;
  thread_ = std::thread([this, ready = std::move(ready)] { run(ready); });
  thread_.detach();
}

void Communicator::run(const std::function<void(const std::string&)>& ready) {
  const std::string error = initialize();
  ready(error);
  if (error.empty()) loop();
  const std::lock_guard<std::mutex> lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::string Communicator::initialize() {
  int is_initialized = 0, level = MPI_THREAD_SINGLE;
  MPI_Initialized(&is_initialized);
  if (is_initialized) return "MPI has been initialised by someone else in this process.";
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) return "MPI_Init_thread failed.";
  if (level < MPI_THREAD_FUNNELED) {
    MPI_Finalize();
    return "this MPI is for programs of a single thread (its thread level is MPI_THREAD_SINGLE).";
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  check(MPI_Comm_dup(MPI_COMM_WORLD, &communicator_), "MPI_Comm_dup");
  check(MPI_Comm_dup(MPI_COMM_WORLD, &last_), "MPI_Comm_dup");
  check(MPI_Comm_rank(communicator_, &job_.rank), "MPI_Comm_rank");
  check(MPI_Comm_size(communicator_, &job_.size), "MPI_Comm_size");

  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  check(MPI_Get_library_version(text, &length), "MPI_Get_library_version");
  job_.library = std::string(text, strcspn(text, "\n"));
  for (char& c : job_.library) {
    if (c == '\t') c = ' ';
  }

  Member own{};
  gethostname(own.host, sizeof own.host - 1);
  own.pid = static_cast<int32_t>(getpid());
  job_.members.resize(job_.size);
  check(MPI_Allgather(&own, sizeof own, MPI_BYTE, job_.members.data(), sizeof own, MPI_BYTE, communicator_), "MPI_Allgather");
  MPI_Comm beats;
  check(MPI_Comm_dup(MPI_COMM_WORLD, &beats), "MPI_Comm_dup");
  heartbeats_ = std::make_unique<Heartbeats>(beats, job_.members);
  return "";
}

void Communicator::post(std::unique_ptr<Operation> operation, std::function<void(Operation&, double)> done) {
  const std::lock_guard<std::mutex> lock(mutex_);
  posted_++;
  queue_.push_back({std::move(operation), std::move(done)});
  changed_.notify_all();
}

void Communicator::set_signal(int signal) { own_signal_ = signal; }

void Communicator::loop() {
  Clock::time_point began, looked_at_heartbeats{};
  bool is_under_way = false;
  int looks = 0;
  for (;;) {
    // It stays where it is while others are put behind it.
    Posted* current;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (aborting_) {
        lock.unlock();
        abort_here(abort_message_, exit_code_);
      }
      if (queue_.empty()) {
        if (ending_) break;
        changed_.wait_for(lock, kIdle);
      }
      current = queue_.empty() ? nullptr : &queue_.front();
    }
    Heartbeat own;
    own.operations = posted_;
    own.signal = own_signal_;
    if (current != nullptr) {
      if (!is_under_way) {
        is_under_way = true;
        looks = 0;
        began = Clock::now();
        current->operation->start(communicator_);
      }
      if (current->operation->advance()) {
        is_under_way = false;
        complete(seconds_since(began));
      } else if (looks++ > kLooks) {
        std::this_thread::sleep_for(kNap);
      }
    }
    if (Clock::now() - looked_at_heartbeats < kIdle) continue;
    looked_at_heartbeats = Clock::now();
    heartbeats_->exchange(own);
    signal_of_others_ = heartbeats_->signal();
    if (!is_under_way) continue;
    const std::string complaint = heartbeats_->complaint(done_ + 1, current->operation->purpose, began, limits_);
    if (complaint.empty()) continue;
    // Lower ranks speak first, so that it is said once.
    if (seconds_since(began) < 2) continue;
    std::this_thread::sleep_for(std::chrono::seconds(1) * std::min(job_.rank, 20));
    abort_here(complaint + ". The job ends; the last checkpoint is whole.", 1);
  }
  finalize(exit_code_);
}

void Communicator::complete(double seconds) {
  Posted finished;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished = std::move(queue_.front());
    queue_.pop_front();
    done_++;
  }
  Operation& operation = *finished.operation.release();
  finished.done(operation, seconds);
}

void Communicator::finalize(int code) {
  Heartbeat own;
  own.operations = posted_;
  own.ending = 1;
  own.exit_code = code;
  const auto began = Clock::now();
  MPI_Request request;
  const auto wait = [&](bool sends) {
    check(MPI_Ibarrier(last_, &request), "MPI_Ibarrier");
    for (int done = 0; !done;) {
      heartbeats_->exchange(own, sends);
      check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
      if (!done && code != 0 && sends && seconds_since(began) > kLastMoments) {
        const std::string before = end_reason_.empty() ? "" : end_reason_ + "\n";
        abort_here(before + name() + " has ended with exit code " + std::to_string(code) +
                       " before the others. The job ends; the last checkpoint is whole.",
                   code);
      }
      if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  };
  wait(true);
  // Nobody sends any more, and what has been sent is taken in.
  wait(false);
  heartbeats_->close();
  MPI_Finalize();
}

void Communicator::abort_here(const std::string& message, int code) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::fflush(stderr);
  MPI_Abort(MPI_COMM_WORLD, code);
  _exit(code);
}

void Communicator::abort(const std::string& message, int code) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    abort_message_ = message;
    exit_code_ = code;
    aborting_ = true;
    changed_.notify_all();
  }
  // The communicator's thread ends the process; unless MPI holds it.
  std::this_thread::sleep_for(std::chrono::seconds(5));
  _exit(code);
}

void Communicator::end(int code, const std::string& reason) {
  std::unique_lock<std::mutex> lock(mutex_);
  if (!begun_ || ended_) return;
  exit_code_ = code;
  end_reason_ = reason;
  if (!queue_.empty()) {
    const std::string purpose = queue_.front().operation->purpose;
    const std::string before = reason.empty() ? "" : reason + "\n";
    lock.unlock();
    abort(before + name() + " has ended, with exit code " + std::to_string(code) + ", before it was done with " + purpose +
              ". The job ends; the last checkpoint is whole.",
          code == 0 ? 1 : code);
  }
  ending_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return ended_; });
}

std::string Communicator::name() const { return name_of(job_.rank, job_.members[job_.rank]); }

}  // namespace finetune
