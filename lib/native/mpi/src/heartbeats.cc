#include "heartbeats.h"

#include <cstdio>

#include "operation.h"

namespace finetune {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(500);
constexpr int kTag = 1;
// Four messages, in seconds.
constexpr double kJustNow = 2;

double seconds_since(Clock::time_point then) { return std::chrono::duration<double>(Clock::now() - then).count(); }

std::string in_words(double seconds) {
  char text[32];
  if (seconds < 120) std::snprintf(text, sizeof text, "%.0f s", seconds);
  else std::snprintf(text, sizeof text, "%.0f min", seconds / 60);
  return text;
}

}  // namespace

Heartbeats::Heartbeats(MPI_Comm communicator, std::vector<Member> members)
    : communicator_(communicator),
      members_(std::move(members)),
      sent_(members_.size()),
      incoming_(members_.size()),
      known_(members_.size()),
      sends_(members_.size(), MPI_REQUEST_NULL),
      receives_(members_.size(), MPI_REQUEST_NULL),
      heard_(members_.size(), Clock::now()),
      last_sent_(Clock::now() - kInterval) {
  check(MPI_Comm_rank(communicator, &rank_), "MPI_Comm_rank");
}

void Heartbeats::exchange(const Heartbeat& own, bool sends) {
  const bool is_due = sends && Clock::now() - last_sent_ >= kInterval;
  if (is_due) last_sent_ = Clock::now();
  for (size_t rank = 0; rank < members_.size(); rank++) {
    if (static_cast<int>(rank) == rank_) continue;
    const int peer = static_cast<int>(rank);
    int done = 0;
    // A message that is still under way says enough; there is never a second one behind it.
    if (sends_[rank] != MPI_REQUEST_NULL) check(MPI_Test(&sends_[rank], &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (is_due && sends_[rank] == MPI_REQUEST_NULL) {
      sent_[rank] = own;
      check(MPI_Isend(&sent_[rank], sizeof(Heartbeat), MPI_BYTE, peer, kTag, communicator_, &sends_[rank]), "MPI_Isend");
    }
    for (;;) {
      if (receives_[rank] == MPI_REQUEST_NULL) {
        check(MPI_Irecv(&incoming_[rank], sizeof(Heartbeat), MPI_BYTE, peer, kTag, communicator_, &receives_[rank]),
              "MPI_Irecv");
      }
      check(MPI_Test(&receives_[rank], &done, MPI_STATUS_IGNORE), "MPI_Test");
      if (!done) break;
      known_[rank] = incoming_[rank];
      heard_[rank] = Clock::now();
    }
  }
}

std::string name_of(size_t rank, const Member& member) {
  return "Rank " + std::to_string(rank) + " (process " + std::to_string(member.pid) + " on " + member.host + ")";
}

std::string Heartbeats::complaint(uint64_t operation, const std::string& purpose, Clock::time_point began,
                                  const Limits& limits) const {
  const double waited = seconds_since(began);
  const std::string waits = ", and rank " + std::to_string(rank_) + " waits for it (" + purpose + ")";
  std::string all_here;
  for (size_t rank = 0; rank < members_.size(); rank++) {
    if (static_cast<int>(rank) == rank_) continue;
    const Heartbeat& known = known_[rank];
    const bool is_behind = known.operations < operation;
    // One that has failed says itself why.
    if (known.ending && is_behind && waited > (known.exit_code == 0 ? 1 : 10)) {
      return name(rank) + " has ended, with exit code " + std::to_string(known.exit_code) + waits;
    }
    const double silent = seconds_since(heard_[rank]);
    const bool is_late = is_behind && waited > limits.timeout;
    // One that is late counts as living if it was heard of just now.
    if ((silent > limits.silence && waited > limits.silence / 2) || (is_late && silent > kJustNow)) {
      return name(rank) + " has not been heard of for " + in_words(silent) + waits;
    }
    if (is_late) {
      return name(rank) + " lives, but has not come to where the others are for " + in_words(waited) + waits;
    }
  }
  if (waited <= limits.timeout) return "";
  return "All ranks are there, but MPI has made no progress for " + in_words(waited) + " (" + purpose + ")";
}

int Heartbeats::signal() const {
  for (const Heartbeat& known : known_) {
    if (known.signal != 0) return known.signal;
  }
  return 0;
}

bool Heartbeats::all_ending() const {
  for (size_t rank = 0; rank < known_.size(); rank++) {
    if (static_cast<int>(rank) != rank_ && !known_[rank].ending) return false;
  }
  return true;
}

void Heartbeats::close() {
  for (MPI_Request& request : receives_) {
    if (request == MPI_REQUEST_NULL) continue;
    MPI_Cancel(&request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
  }
  for (MPI_Request& request : sends_) {
    if (request != MPI_REQUEST_NULL) MPI_Request_free(&request);
  }
}

}  // namespace finetune
