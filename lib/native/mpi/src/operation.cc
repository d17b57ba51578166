#include "operation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>

#include "bfloat16.h"

namespace finetune {
namespace {

// Bytes that go in one piece.
constexpr size_t kPiece = size_t{1} << 26;

bool is_done(MPI_Request* request, const std::string& purpose) {
  int done = 0;
  check(MPI_Test(request, &done, MPI_STATUS_IGNORE), "MPI_Test", purpose);
  return done != 0;
}

// In several sums, that the processor makes at once.
double squares_of(const float* values, size_t count) {
  constexpr size_t kSums = 16;
  double sums[kSums] = {};
  size_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (size_t j = 0; j < kSums; j++) sums[j] += static_cast<double>(values[i + j]) * values[i + j];
  }
  for (; i < count; i++) sums[0] += static_cast<double>(values[i]) * values[i];
  return std::accumulate(sums, sums + kSums, 0.0);
}

// Memory that operations use one after the other: fresh pages cost as much as what is written to them.
class Scratch {
 public:
  template <class T>
  T* take(size_t slot, size_t elements) {
    if (slot >= areas_.size()) areas_.resize(slot + 1);
    Area& area = areas_[slot];
    const size_t bytes = elements * sizeof(T);
    if (area.size < bytes) {
      area.memory.reset();
      area.memory.reset(new char[bytes]);
      area.size = bytes;
    }
    return reinterpret_cast<T*>(area.memory.get());
  }

 private:
  struct Area {
    std::unique_ptr<char[]> memory;
    size_t size = 0;
  };
  std::vector<Area> areas_;
};

// The communicator's thread does one operation at a time.
Scratch& scratch() {
  static auto* scratch = new Scratch();
  return *scratch;
}

}  // namespace

void check(int code, const char* function, const std::string& purpose) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0, rank = -1;
  MPI_Error_string(code, text, &length);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  const std::string during = purpose.empty() ? "" : " for " + purpose;
  const char* hint = purpose.empty() ? "" : " Ranks that do not do the same things in the same order come to this.";
  std::fprintf(stderr, "Rank %d: %s failed%s: %.*s. The job ends.%s\n", rank, function, during.c_str(), length, text, hint);
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

Reduce::Reduce(std::string purpose, Settings settings)
    : Operation(std::move(purpose)), settings_(std::move(settings)) {}

// Where a rank's part begins.
size_t Reduce::begin(int rank) const {
  const size_t size = settings_.size;
  if (settings_.owner >= 0) return rank > settings_.owner ? size : 0;
  return size * static_cast<size_t>(rank) / static_cast<size_t>(ranks_);
}

void Reduce::start(MPI_Comm communicator) {
  communicator_ = communicator;
  check(MPI_Comm_rank(communicator, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(communicator, &ranks_), "MPI_Comm_size");
  most_terms_ = *std::max_element(settings_.counts.begin(), settings_.counts.end());
  for (auto* vector : {&send_counts_, &send_places_, &receive_counts_, &receive_places_}) vector->resize(ranks_);
  received_.resize(most_terms_);
  received_halves_.resize(most_terms_);
  if (most_terms_ > 0) send_term();
}

// The others' parts of a term to the others, and from them what they have of this rank's part.
void Reduce::send_term() {
  const bool sends = term_ < settings_.counts[rank_];
  const int own = static_cast<int>(length(rank_));
  const bool halves = settings_.type == ReductionType::kBfloat16;
  int place = 0;
  for (int rank = 0; rank < ranks_; rank++) {
    const bool is_other = rank != rank_;
    send_counts_[rank] = is_other && sends ? static_cast<int>(length(rank)) : 0;
    send_places_[rank] = static_cast<int>(begin(rank));
    receive_counts_[rank] = is_other && term_ < settings_.counts[rank] ? own : 0;
    receive_places_[rank] = place;
    place += receive_counts_[rank];
    bytes_sent += static_cast<uint64_t>(send_counts_[rank]) * (halves ? 2 : 4);
  }
  if (!halves) {
    received_[term_] = scratch().take<float>(term_ + 1, place);
    const float* from = sends ? settings_.terms[term_] : settings_.sum;
    check(MPI_Ialltoallv(from, send_counts_.data(), send_places_.data(), MPI_FLOAT, received_[term_],
                         receive_counts_.data(), receive_places_.data(), MPI_FLOAT, communicator_, &request_),
          "MPI_Ialltoallv");
    return;
  }
  halves_ = scratch().take<uint16_t>(0, settings_.size);
  received_halves_[term_] = scratch().take<uint16_t>(term_ + 1, place);
  if (sends) std::transform(settings_.terms[term_], settings_.terms[term_] + settings_.size, halves_, to_bfloat16);
  check(MPI_Ialltoallv(halves_, send_counts_.data(), send_places_.data(), MPI_UINT16_T,
                       received_halves_[term_], receive_counts_.data(), receive_places_.data(), MPI_UINT16_T,
                       communicator_, &request_),
        "MPI_Ialltoallv");
}

bool Reduce::advance() {
  if (!is_done(&request_, purpose)) return false;
  if (collecting_) {
    if (settings_.type == ReductionType::kBfloat16) {
      std::transform(halves_, halves_ + settings_.size, settings_.sum, from_bfloat16);
    }
    return true;
  }
  if (++term_ < most_terms_) {
    send_term();
    return false;
  }
  add();
  if (settings_.owner >= 0) return true;
  collect();
  return false;
}

// The sum of this rank's part, from first to last term of first to last rank.
void Reduce::add() {
  const bool halves = settings_.type == ReductionType::kBfloat16;
  const size_t first = begin(rank_), size = length(rank_);
  // What is to be added, in its order; each term's pieces lie in the order of the ranks that have one.
  struct Piece {
    const float* floats;
    const uint16_t* halves;
  };
  std::vector<Piece> pieces;
  std::vector<size_t> places(most_terms_, 0);
  for (int rank = 0; rank < ranks_; rank++) {
    for (int term = 0; term < settings_.counts[rank]; term++) {
      if (rank == rank_) {
        pieces.push_back({settings_.terms[term] + first, nullptr});
        continue;
      }
      if (halves) pieces.push_back({nullptr, received_halves_[term] + places[term]});
      else pieces.push_back({received_[term] + places[term], nullptr});
      places[term] += size;
    }
  }
  constexpr size_t kBlock = 2048;
  float block[kBlock];
  for (size_t at = 0; at < size; at += kBlock) {
    const size_t count = std::min(kBlock, size - at);
    bool is_first = true;
    const auto add_values = [&](auto&& value) {
      if (is_first) {
        for (size_t i = 0; i < count; i++) block[i] = value(i);
      } else {
        for (size_t i = 0; i < count; i++) block[i] += value(i);
      }
      is_first = false;
    };
    for (const Piece& piece : pieces) {
      if (piece.halves != nullptr) {
        add_values([from = piece.halves + at](size_t i) { return from_bfloat16(from[i]); });
      } else if (halves) {
        add_values([from = piece.floats + at](size_t i) { return from_bfloat16(to_bfloat16(from[i])); });
      } else {
        add_values([from = piece.floats + at](size_t i) { return from[i]; });
      }
    }
    if (halves) {
      for (size_t i = 0; i < count; i++) block[i] = from_bfloat16(to_bfloat16(block[i]));
    }
    squares_ += squares_of(block, count);
    std::copy(block, block + count, settings_.sum + first + at);
  }
}

// Every rank's part to every rank.
void Reduce::collect() {
  collecting_ = true;
  for (int rank = 0; rank < ranks_; rank++) {
    receive_counts_[rank] = static_cast<int>(length(rank));
    receive_places_[rank] = static_cast<int>(begin(rank));
  }
  const bool halves = settings_.type == ReductionType::kBfloat16;
  bytes_sent += static_cast<uint64_t>(length(rank_)) * (halves ? 2 : 4) * (ranks_ - 1);
  if (!halves) {
    check(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_FLOAT, settings_.sum, receive_counts_.data(), receive_places_.data(),
                          MPI_FLOAT, communicator_, &request_),
          "MPI_Iallgatherv");
    return;
  }
  const float* own = settings_.sum + begin(rank_);
  std::transform(own, own + length(rank_), halves_ + begin(rank_), to_bfloat16);
  check(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_UINT16_T, halves_, receive_counts_.data(), receive_places_.data(),
                        MPI_UINT16_T, communicator_, &request_),
        "MPI_Iallgatherv");
}

Broadcast::Broadcast(std::string purpose, uint8_t* bytes, size_t size, int root)
    : Operation(std::move(purpose)), bytes_(bytes), size_(size), root_(root) {}

void Broadcast::start(MPI_Comm communicator) {
  communicator_ = communicator;
  next();
}

void Broadcast::next() {
  const size_t piece = std::min(kPiece, size_ - done_);
  int rank = 0;
  MPI_Comm_rank(communicator_, &rank);
  if (rank == root_) bytes_sent += piece;
  check(MPI_Ibcast(bytes_ + done_, static_cast<int>(piece), MPI_BYTE, root_, communicator_, &request_), "MPI_Ibcast");
  done_ += piece;
}

bool Broadcast::advance() {
  if (!is_done(&request_, purpose)) return false;
  if (done_ == size_) return true;
  next();
  return false;
}

Gather::Gather(std::string purpose, std::vector<uint8_t> own) : Operation(std::move(purpose)), own_(std::move(own)) {}

void Gather::start(MPI_Comm communicator) {
  communicator_ = communicator;
  int ranks = 1;
  check(MPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
  own_size_ = own_.size();
  sizes_.resize(ranks);
  counts_.resize(ranks);
  places_.resize(ranks);
  check(MPI_Iallgather(&own_size_, 1, MPI_UINT64_T, sizes_.data(), 1, MPI_UINT64_T, communicator, &request_),
        "MPI_Iallgather");
}

bool Gather::advance() {
  if (!is_done(&request_, purpose)) return false;
  if (knows_sizes_) return true;
  knows_sizes_ = true;
  uint64_t total = 0;
  for (size_t rank = 0; rank < sizes_.size(); rank++) {
    // Whether it is too large is seen on every rank alike.
    too_large_ = too_large_ || total + sizes_[rank] > 0x7fffffff;
    if (too_large_) return true;
    counts_[rank] = static_cast<int>(sizes_[rank]);
    places_[rank] = static_cast<int>(total);
    total += sizes_[rank];
  }
  gathered_.resize(total);
  bytes_sent += own_size_ * (sizes_.size() - 1);
  check(MPI_Iallgatherv(own_.data(), static_cast<int>(own_size_), MPI_BYTE, gathered_.data(), counts_.data(),
                        places_.data(), MPI_BYTE, communicator_, &request_),
        "MPI_Iallgatherv");
  return false;
}

void Barrier::start(MPI_Comm communicator) { check(MPI_Ibarrier(communicator, &request_), "MPI_Ibarrier"); }

bool Barrier::advance() { return is_done(&request_, purpose); }

}  // namespace finetune
