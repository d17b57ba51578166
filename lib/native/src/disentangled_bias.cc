#include "disentangled_bias.h"

#include <algorithm>
#include <vector>

#include "arguments.h"
#include "scratch.h"
#include "threads.h"
#include "tile_product.h"
#include "vector.h"

// A head is one task: the gradients of the tables are sums over all sequences, and those of two heads lie apart.

namespace finetune {
namespace {

struct Problem {
  const int32_t* offsets;
  size_t sequences, tokens, hidden, heads, head_size;
  // Of the longest sequence, and of the tables.
  size_t longest, distances;
  // head_size as whole vectors, and the most columns that a product over distances has.
  size_t width, columns;
  float scale;

  size_t length(size_t sequence) const { return offsets[sequence + 1] - offsets[sequence]; }
  // The row of the tables of the first distance in a sequence, -(length - 1).
  size_t first_distance(size_t length) const { return longest - length; }
  size_t pairs() const {
    size_t count = 0;
    for (size_t s = 0; s < sequences; s++) count += heads * length(s) * length(s);
    return count;
  }
};

// Reads offsets, hidden, heads and scale from `index` on.
Problem read_problem(const Arguments& arguments, size_t index, size_t size) {
  const Ints offsets = arguments.ints(index, "offsets");
  Problem p{};
  p.offsets = offsets.data;
  p.hidden = arguments.length(index + 1, "hidden");
  p.heads = arguments.length(index + 2, "heads");
  p.scale = static_cast<float>(arguments.number(index + 3, "scale"));
  if (p.hidden % p.heads != 0) arguments.fail_range("hidden", "is not a multiple of heads");
  if (offsets.size < 2 || offsets.data[0] != 0) arguments.fail_range("offsets", "must begin with 0");
  p.sequences = offsets.size - 1;
  for (size_t s = 0; s < p.sequences; s++) {
    if (offsets.data[s + 1] <= offsets.data[s]) arguments.fail_range("offsets", "must ascend");
    p.longest = std::max(p.longest, p.length(s));
  }
  p.tokens = offsets.data[p.sequences];
  if (arguments.product({p.tokens, p.hidden}, "offsets") != size) {
    arguments.fail_range("offsets", "must end with the number of tokens");
  }
  arguments.product({round_up(2 * p.longest), round_up(p.longest), sizeof(float)}, "offsets");
  p.distances = 2 * p.longest - 1;
  p.head_size = p.hidden / p.heads;
  p.width = round_up(p.head_size);
  p.columns = round_up(p.distances);
  return p;
}

// A head's rows, padded with zeros to whole vectors.
static INLINE void gather(float* to, const float* from, const Problem& p, size_t head, size_t rows) {
  for (size_t i = 0; i < rows; i++) {
    const float* row = from + i * p.hidden + head * p.head_size;
    std::copy_n(row, p.head_size, to + i * p.width);
    std::fill(to + i * p.width + p.head_size, to + (i + 1) * p.width, 0.0f);
  }
}

// The same of a table, transposed: [head_size, columns + a vector's lanes], zero behind the distances.
static INLINE void gather_transposed(float* to, const float* from, const Problem& p, size_t head) {
  const size_t row_length = p.columns + kMostLanes;
  for (size_t d = 0; d < p.head_size; d++) {
    float* row = to + d * row_length;
    for (size_t r = 0; r < p.distances; r++) row[r] = from[r * p.hidden + head * p.head_size + d];
    std::fill(row + p.distances, row + row_length, 0.0f);
  }
}

// A side of the bias: content, the table that it meets, and whether the content is the looking token's (rows i) or the other's.
struct Side {
  const float* content;
  const float* table;
  bool looks;
};

// Adds one side of a head, in all sequences.
template <class Vector>
static INLINE void add_side(float* out, const Side& side, const Problem& p, size_t head, int thread, bool is_first) {
  float* table = scratch(thread, 0, p.head_size * (p.columns + kMostLanes));
  float* content = scratch(thread, 1, p.longest * p.width);
  float* scores = scratch(thread, 2, p.longest * p.columns);
  gather_transposed(table, side.table, p, head);
  size_t before = 0;
  for (size_t s = 0; s < p.sequences; s++) {
    const size_t n = p.length(s), columns = round_up(2 * n - 1);
    gather(content, side.content + p.offsets[s] * p.hidden, p, head, n);
    product<Vector>(scores, columns, {content, p.width, 1}, table + p.first_distance(n), p.columns + kMostLanes, n, columns,
                    p.head_size);
    float* pairs = out + before + head * n * n;
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++) {
        const float score = p.scale * scores[(side.looks ? i : j) * columns + i + (n - 1) - j];
        float& to = pairs[i * n + j];
        to = is_first ? score : to + score;
      }
    }
    before += p.heads * n * n;
  }
}

struct SideGradients {
  float* content;
  // null where it is not asked for.
  float* table;
};

// The gradients of one side of a head.
template <class Vector>
static INLINE void side_gradients(const SideGradients& gradients, const float* dout, const Side& side, const Problem& p,
                                  size_t head, int thread) {
  float* table = scratch(thread, 0, p.distances * p.width);
  float* content = scratch(thread, 1, p.longest * p.width);
  float* scores = scratch(thread, 2, p.longest * p.columns);
  float* result = scratch(thread, 3, p.distances * p.width);
  float* total = scratch(thread, 4, p.distances * p.width);
  gather(table, side.table, p, head, p.distances);
  std::fill(total, total + p.distances * p.width, 0.0f);
  size_t before = 0;
  for (size_t s = 0; s < p.sequences; s++) {
    const size_t n = p.length(s), distances = 2 * n - 1, first = p.first_distance(n);
    const float* pairs = dout + before + head * n * n;
    std::fill(scores, scores + n * p.columns, 0.0f);
    for (size_t i = 0; i < n; i++) {
      for (size_t j = 0; j < n; j++) {
        scores[(side.looks ? i : j) * p.columns + i + (n - 1) - j] = p.scale * pairs[i * n + j];
      }
    }
    product<Vector>(result, p.width, {scores, p.columns, 1}, table + first * p.width, p.width, n, p.width, distances);
    float* to = gradients.content + p.offsets[s] * p.hidden + head * p.head_size;
    for (size_t i = 0; i < n; i++) std::copy_n(result + i * p.width, p.head_size, to + i * p.hidden);
    gather(content, side.content + p.offsets[s] * p.hidden, p, head, n);
    product<Vector>(result, p.width, {scores, 1, p.columns}, content, p.width, distances, p.width, n);
    for (size_t x = 0; x < distances * p.width; x++) total[first * p.width + x] += result[x];
    before += p.heads * n * n;
  }
  if (gradients.table == nullptr) return;
  for (size_t r = 0; r < p.distances; r++) {
    std::copy_n(total + r * p.width, p.head_size, gradients.table + r * p.hidden + head * p.head_size);
  }
}

// Takes the tasks' memory in advance, so that a want of it shows before anything is written.
void reserve(const Problem& p) {
  for (int thread = 0; thread < thread_count(); thread++) {
    scratch(thread, 0, std::max(p.distances * p.width, p.head_size * (p.columns + kMostLanes)));
    scratch(thread, 1, p.longest * p.width);
    scratch(thread, 2, p.longest * p.columns);
    for (int slot : {3, 4}) scratch(thread, slot, p.distances * p.width);
  }
}

}  // namespace

void disentangled_bias(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "disentangledBias");
  const Floats q = arguments.floats(1, "q");
  const Floats k = arguments.floats(2, "k", q.size);
  const Problem problem = read_problem(arguments, 5, q.size);
  const size_t table_size = arguments.product({problem.distances, problem.hidden}, "positionKeys");
  const Floats keys = arguments.optional_floats(3, "positionKeys", table_size);
  const Floats queries = arguments.optional_floats(4, "positionQueries", table_size);
  const Floats out = arguments.floats(0, "out", problem.pairs());
  for (const Floats input : {q, k, keys, queries}) arguments.check_apart(out, "out", input);
  arguments.check_apart(out, "out", arguments.ints(5, "offsets"));
  reserve(problem);
  std::vector<Side> sides;
  if (keys) sides.push_back({q.data, keys.data, true});
  if (queries) sides.push_back({k.data, queries.data, false});
  if (sides.empty()) std::fill(out.data, out.data + out.size, 0.0f);
  parallel_items(problem.heads, [&](size_t head, int thread) {
    vectorised([&](auto vector) INLINE_LAMBDA {
      for (size_t i = 0; i < sides.size(); i++) {
        add_side<decltype(vector)>(out.data, sides[i], problem, head, thread, i == 0);
      }
    });
  });
}

void disentangled_bias_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "disentangledBiasGradient");
  const Floats q = arguments.floats(5, "q");
  const Floats k = arguments.floats(6, "k", q.size);
  const Problem problem = read_problem(arguments, 9, q.size);
  const size_t table_size = arguments.product({problem.distances, problem.hidden}, "positionKeys");
  const Floats keys = arguments.optional_floats(7, "positionKeys", table_size);
  const Floats queries = arguments.optional_floats(8, "positionQueries", table_size);
  const Floats dout = arguments.floats(4, "dout", problem.pairs());
  const Floats dq = arguments.floats(0, "dq", q.size), dk = arguments.floats(1, "dk", q.size);
  const Floats dkeys = arguments.optional_floats(2, "dpositionKeys", table_size);
  const Floats dqueries = arguments.optional_floats(3, "dpositionQueries", table_size);
  struct {
    const char* name;
    Floats values;
  } outputs[] = {{"dq", dq}, {"dk", dk}, {"dpositionKeys", dkeys}, {"dpositionQueries", dqueries}};
  for (const auto& [name, output] : outputs) {
    for (const Floats input : {dout, q, k, keys, queries}) arguments.check_apart(output, name, input);
    arguments.check_apart(output, name, arguments.ints(9, "offsets"));
  }
  reserve(problem);
  parallel_items(problem.heads, [&](size_t head, int thread) {
    vectorised([&](auto vector) INLINE_LAMBDA {
      using Vector = decltype(vector);
      if (keys) {
        side_gradients<Vector>({dq.data, dkeys.data}, dout.data, {q.data, keys.data, true}, problem, head, thread);
      }
      if (queries) {
        side_gradients<Vector>({dk.data, dqueries.data}, dout.data, {k.data, queries.data, false}, problem, head, thread);
      }
    });
  });
  if (!keys) std::fill(dq.data, dq.data + dq.size, 0.0f);
  if (!queries) std::fill(dk.data, dk.data + dk.size, 0.0f);
}

}  // namespace finetune
