// Small messages between all ranks, twice a second, by which each knows whether the others live and how far they have come.
#pragma once

#include <mpi.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace finetune {

using Clock = std::chrono::steady_clock;

struct Limits {
  // Seconds that the ranks wait for one that lives and does not come.
  double timeout = 1800;
  // Seconds without a message after which a rank counts as dead.
  double silence = 60;
};

// A rank's process.
struct Member {
  char host[64];
  int32_t pid;
};

// "Rank 1 (process 4711 on host)"
std::string name_of(size_t rank, const Member& member);

struct Heartbeat {
  // Operations that the rank has come to.
  uint64_t operations = 0;
  // The signal that it has got, or 0.
  int32_t signal = 0;
  int32_t ending = 0;
  // If it is ending.
  int32_t exit_code = 0;
};

class Heartbeats {
 public:
  Heartbeats(MPI_Comm communicator, std::vector<Member> members);

  // Sends what is due of this rank's, and takes in what has come.
  void exchange(const Heartbeat& own, bool sends = true);
  // What to tell of the ranks that an operation waits for, which has this number and began then; empty if all is well.
  std::string complaint(uint64_t operation, const std::string& purpose, Clock::time_point began, const Limits& limits) const;
  // The first signal that another rank has got, or 0.
  int signal() const;
  bool all_ending() const;
  // Takes no more of them.
  void close();

 private:
  std::string name(size_t rank) const { return name_of(rank, members_[rank]); }

  MPI_Comm communicator_;
  int rank_ = 0;
  std::vector<Member> members_;
  std::vector<Heartbeat> sent_, incoming_, known_;
  std::vector<MPI_Request> sends_, receives_;
  std::vector<Clock::time_point> heard_;
  Clock::time_point last_sent_;
};

}  // namespace finetune
