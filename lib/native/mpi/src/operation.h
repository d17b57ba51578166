// What the ranks of a job do together: each a small machine that the communicator's thread starts and then asks until it is done.
#pragma once

#include <mpi.h>

#include <cstdint>
#include <string>
#include <vector>

namespace finetune {

class Operation {
 public:
  explicit Operation(std::string purpose) : purpose(std::move(purpose)) {}
  virtual ~Operation() = default;

  // Called once, then advance() until it says that all is done. Both on the communicator's thread.
  virtual void start(MPI_Comm communicator) = 0;
  virtual bool advance() = 0;

  // What it is for, as a message tells it: "the gradients of step 7".
  const std::string purpose;
  // Bytes that this rank has sent to others.
  uint64_t bytes_sent = 0;
};

enum class ReductionType { kFloat32, kBfloat16 };

// The sum of all ranks' vectors. Each rank owns a part of the vector and adds what the others have of it in the order of the ranks,
// so that the bits do not depend on what MPI does; then it sends the sum to all. In bf16 half as much is sent; sums are made
// in f32 and then rounded.
class Reduce : public Operation {
 public:
  struct Settings {
    // Where the sum goes; may be one of the terms.
    float* sum;
    // Of this rank.
    std::vector<const float*> terms;
    // How many terms each rank has.
    std::vector<int> counts;
    size_t size;
    ReductionType type;
    // The rank that alone gets the sum; below 0: all of them get it.
    int owner;
  };
  Reduce(std::string purpose, Settings settings);
  void start(MPI_Comm communicator) override;
  bool advance() override;
  // The sum of the squares of this rank's part of the sum.
  double squares() const { return squares_; }

 private:
  size_t begin(int rank) const;
  size_t length(int rank) const { return begin(rank + 1) - begin(rank); }
  void send_term();
  void add();
  void collect();

  Settings settings_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
  MPI_Request request_ = MPI_REQUEST_NULL;
  int rank_ = 0, ranks_ = 1;
  // Which of its terms each rank is sending, and how many there are at most.
  int term_ = 0, most_terms_ = 0;
  bool collecting_ = false;
  // By terms: what the others have of this rank's part, in f32 or in bf16.
  std::vector<float*> received_;
  std::vector<uint16_t*> received_halves_;
  uint16_t* halves_ = nullptr;
  // What MPI reads while a request is open.
  std::vector<int> send_counts_, send_places_, receive_counts_, receive_places_;
  double squares_ = 0;
};

// One rank's bytes to all others.
class Broadcast : public Operation {
 public:
  Broadcast(std::string purpose, uint8_t* bytes, size_t size, int root);
  void start(MPI_Comm communicator) override;
  bool advance() override;

 private:
  void next();
  uint8_t* bytes_;
  size_t size_, done_ = 0;
  int root_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
  MPI_Request request_ = MPI_REQUEST_NULL;
};

// Every rank's bytes, of any length, on every rank; together less than 2 GB.
class Gather : public Operation {
 public:
  Gather(std::string purpose, std::vector<uint8_t> own);
  void start(MPI_Comm communicator) override;
  bool advance() override;
  const std::vector<uint8_t>& gathered() const { return gathered_; }
  const std::vector<uint64_t>& sizes() const { return sizes_; }
  // Whether it was more; nothing has been gathered then.
  bool too_large() const { return too_large_; }

 private:
  std::vector<uint8_t> own_, gathered_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
  MPI_Request request_ = MPI_REQUEST_NULL;
  uint64_t own_size_ = 0;
  std::vector<uint64_t> sizes_;
  std::vector<int> counts_, places_;
  bool knows_sizes_ = false, too_large_ = false;
};

class Barrier : public Operation {
 public:
  using Operation::Operation;
  void start(MPI_Comm communicator) override;
  bool advance() override;

 private:
  MPI_Request request_ = MPI_REQUEST_NULL;
};

// Ends the job with a message where an MPI function fails: nothing can be done with the others any more.
void check(int code, const char* function, const std::string& purpose = "");

}  // namespace finetune
