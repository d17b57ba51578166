#include "attention.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "arguments.h"
#include "scratch.h"
#include "dropout.h"
#include "threads.h"
#include "tile_product.h"
#include "vector.h"

// The sequences of a fine-tuning batch are short (a dozen tokens), so a head of a sequence is one task whose matrices
// stay in the first caches: the head's slices are gathered into contiguous rows padded to whole vectors, and small
// products of our own work on them.

namespace finetune {
namespace {

struct Problem {
  const int32_t* offsets;
  size_t hidden, heads, head_size;
  // head_size and the longest sequence, as whole vectors.
  size_t width, longest;
  float scale;
  // How far a token sees; 0: all of its sequence.
  size_t window;
  // Added to the scores, or null.
  const float* bias;
  DropoutArguments drop;
  // Number of the first random number of each sequence.
  std::vector<uint64_t> first_number;
};

// One head of one sequence.
struct Task {
  Task(const Problem& problem, size_t index)
      : sequence(index / problem.heads),
        head(index % problem.heads),
        length(problem.offsets[sequence + 1] - problem.offsets[sequence]),
        padded(round_up(length)),
        offset(problem.offsets[sequence] * problem.hidden + head * problem.head_size),
        number(problem.first_number[sequence] + head * uint64_t{length} * length),
        pair(static_cast<size_t>(number - problem.drop.first)) {}
  size_t sequence, head, length, padded, offset;
  // Of the head's first weight: the number of its random number, and its place among all weights.
  uint64_t number;
  size_t pair;
};

// Rows of a head, padded with zeros to whole vectors, times `factor`.
static INLINE void gather(float* to, const float* from, const Problem& p, const Task& t, float factor) {
  for (size_t i = 0; i < t.length; i++) {
    const float* row = from + t.offset + i * p.hidden;
    for (size_t d = 0; d < p.head_size; d++) to[i * p.width + d] = row[d] * factor;
    for (size_t d = p.head_size; d < p.width; d++) to[i * p.width + d] = 0;
  }
}

// The same transposed: [head_size, padded length].
static INLINE void gather_transposed(float* to, const float* from, const Problem& p, const Task& t) {
  const size_t quads = p.head_size % 4 == 0 ? t.length / 4 * 4 : 0;
  for (size_t i = 0; i < quads; i += 4) {
    for (size_t d = 0; d < p.head_size; d += 4) {
      transpose4(to + d * t.padded + i, t.padded, from + t.offset + i * p.hidden + d, p.hidden);
    }
  }
  for (size_t d = 0; d < p.head_size; d++) {
    for (size_t i = quads; i < t.length; i++) to[d * t.padded + i] = from[t.offset + i * p.hidden + d];
    for (size_t i = t.length; i < t.padded; i++) to[d * t.padded + i] = 0;
  }
}

static INLINE void scatter(float* to, const float* from, const Problem& p, const Task& t, float factor) {
  for (size_t i = 0; i < t.length; i++) {
    float* row = to + t.offset + i * p.hidden;
    for (size_t d = 0; d < p.head_size; d++) row[d] = from[i * p.width + d] * factor;
  }
}

// Softmax of a row of scores in place; what is beyond `length` becomes 0.
template <class Vector>
static INLINE void softmax_row(float* row, size_t length, size_t padded) {
  for (size_t j = length; j < padded; j++) row[j] = -INFINITY;
  Vector largest = load<Vector>(row);
  for (size_t j = kLanes<Vector>; j < padded; j += kLanes<Vector>) largest = max(largest, load<Vector>(row + j));
  const float top = maximum(largest);
  Vector total{};
  for (size_t j = 0; j < padded; j += kLanes<Vector>) {
    const Vector x = load<Vector>(row + j);
    const Vector e = x == broadcast<Vector>(-INFINITY) ? Vector{} : exponential(x - top);
    total += e;
    store(row + j, e);
  }
  const float inverse = 1.0f / sum(total);
  for (size_t j = 0; j < padded; j += kLanes<Vector>) store(row + j, load<Vector>(row + j) * inverse);
}

// Attention weights before dropout, [length, padded].
template <class Vector>
static INLINE void weights_of(float* weights, const float* q, const float* keys_transposed, const Problem& p,
                              const Task& t) {
  product<Vector>(weights, t.padded, {q, p.width, 1}, keys_transposed, t.padded, t.length, t.padded, p.head_size);
  for (size_t i = 0; i < t.length; i++) {
    float* row = weights + i * t.padded;
    if (p.bias != nullptr) {
      const float* bias = p.bias + t.pair + i * t.length;
      for (size_t j = 0; j < t.length; j++) row[j] += bias[j];
    }
    if (p.window > 0) {
      for (size_t j = 0; j + p.window < i; j++) row[j] = -INFINITY;
      for (size_t j = i + p.window + 1; j < t.length; j++) row[j] = -INFINITY;
    }
    softmax_row<Vector>(row, t.length, t.padded);
  }
}

// Dropout's factors of all weights, [length, length].
template <class Vector>
static INLINE void factors_of(float* factors, const Problem& p, const Task& t) {
  dropout_factors<Vector>(factors, t.number, t.length * t.length, p.drop.key, p.drop.rule);
}

struct Inputs {
  const float *q, *k, *v;
};

template <class Vector>
static INLINE void forward_task(float* out, const Inputs& in, const Problem& p, const Task& t, int thread) {
  const size_t rows = p.longest * p.width;
  float* q = scratch(thread, 0, rows);
  float* keys = scratch(thread, 1, rows);
  float* v = scratch(thread, 2, rows);
  float* context = scratch(thread, 3, rows);
  float* weights = scratch(thread, 4, p.longest * p.longest);
  float* factors = scratch(thread, 5, p.longest * p.longest);
  gather(q, in.q, p, t, p.scale);
  gather_transposed(keys, in.k, p, t);
  gather(v, in.v, p, t, 1.0f);
  weights_of<Vector>(weights, q, keys, p, t);
  if (p.drop.active()) {
    factors_of<Vector>(factors, p, t);
    for (size_t i = 0; i < t.length; i++) {
      float* row = weights + i * t.padded;
      for (size_t j = 0; j < t.length; j++) row[j] *= factors[i * t.length + j];
    }
  }
  product<Vector>(context, p.width, {weights, t.padded, 1}, v, p.width, t.length, p.width, t.length);
  scatter(out, context, p, t, 1.0f);
}

struct InputGradients {
  float *dq, *dk, *dv;
  // null where it is not asked for.
  float* dbias;
};

template <class Vector>
static INLINE void backward_task(const InputGradients& gradients, const float* dout, const Inputs& in, const Problem& p,
                                 const Task& t, int thread) {
  const size_t rows = p.longest * p.width;
  const size_t square = p.longest * p.longest;
  float* q = scratch(thread, 0, rows);
  float* k = scratch(thread, 1, rows);
  float* transposed = scratch(thread, 2, rows);
  float* dy = scratch(thread, 3, rows);
  float* result = scratch(thread, 4, rows);
  float* weights = scratch(thread, 5, square);
  float* dropped = scratch(thread, 6, square);
  float* slopes = scratch(thread, 7, square);
  float* factors = scratch(thread, 8, square);
  gather(q, in.q, p, t, p.scale);
  gather(k, in.k, p, t, 1.0f);
  gather(dy, dout, p, t, 1.0f);
  gather_transposed(transposed, in.k, p, t);
  weights_of<Vector>(weights, q, transposed, p, t);

  // Gradient of the dropped weights, dy * v^T; then through dropout and softmax to that of the scores.
  gather_transposed(transposed, in.v, p, t);
  product<Vector>(slopes, t.padded, {dy, p.width, 1}, transposed, t.padded, t.length, t.padded, p.head_size);
  const float* used = weights;
  if (p.drop.active()) {
    used = dropped;
    factors_of<Vector>(factors, p, t);
    for (size_t i = 0; i < t.length; i++) {
      for (size_t j = 0; j < t.length; j++) {
        const float factor = factors[i * t.length + j];
        dropped[i * t.padded + j] = weights[i * t.padded + j] * factor;
        slopes[i * t.padded + j] *= factor;
      }
    }
  }
  for (size_t i = 0; i < t.length; i++) {
    const float* y = weights + i * t.padded;
    float* dy_row = slopes + i * t.padded;
    Vector projected{};
    for (size_t j = 0; j < t.padded; j += kLanes<Vector>) projected += load<Vector>(y + j) * load<Vector>(dy_row + j);
    const float projection = sum(projected);
    for (size_t j = 0; j < t.padded; j += kLanes<Vector>) {
      store(dy_row + j, load<Vector>(y + j) * (load<Vector>(dy_row + j) - projection));
    }
  }

  if (gradients.dbias != nullptr) {
    for (size_t i = 0; i < t.length; i++) {
      std::copy_n(slopes + i * t.padded, t.length, gradients.dbias + t.pair + i * t.length);
    }
  }

  product<Vector>(result, p.width, {used, 1, t.padded}, dy, p.width, t.length, p.width, t.length);
  scatter(gradients.dv, result, p, t, 1.0f);
  product<Vector>(result, p.width, {slopes, t.padded, 1}, k, p.width, t.length, p.width, t.length);
  scatter(gradients.dq, result, p, t, p.scale);
  product<Vector>(result, p.width, {slopes, 1, t.padded}, q, p.width, t.length, p.width, t.length);
  scatter(gradients.dk, result, p, t, 1.0f);
}

struct Output {
  Floats values;
  const char* name;
};

// Reads offsets, hidden, heads, scale, window, bias and dropout from `index` on.
Problem read_problem(const Arguments& arguments, size_t index, size_t size, std::initializer_list<Output> outputs) {
  Problem p{nullptr, arguments.length(index + 1, "hidden"), arguments.length(index + 2, "heads"), 0, 0, 0,
            static_cast<float>(arguments.number(index + 3, "scale")), static_cast<size_t>(arguments.integer(index + 4, "window")), nullptr,
            DropoutArguments(arguments, index + 6), {}};
  if (p.hidden % p.heads != 0) arguments.fail_range("hidden", "is not a multiple of heads");
  const Ints offsets = arguments.ints(index, "offsets");
  for (const Output& output : outputs) arguments.check_apart(output.values, output.name, offsets);
  if (offsets.size < 2 || offsets.data[0] != 0) arguments.fail_range("offsets", "must begin with 0");
  uint64_t numbers = p.drop.first;
  size_t longest = 0;
  for (size_t s = 0; s + 1 < offsets.size; s++) {
    if (offsets.data[s + 1] <= offsets.data[s]) arguments.fail_range("offsets", "must ascend");
    const size_t length = offsets.data[s + 1] - offsets.data[s];
    longest = std::max(longest, length);
    p.first_number.push_back(numbers);
    numbers += p.heads * uint64_t{length} * length;
  }
  const size_t tokens = offsets.data[offsets.size - 1];
  if (arguments.product({tokens, p.hidden}, "offsets") != size) {
    arguments.fail_range("offsets", "must end with the number of tokens");
  }
  p.offsets = offsets.data;
  // The square of the longest sequence is taken as memory.
  arguments.product({round_up(longest), round_up(longest), sizeof(float)}, "offsets");
  p.head_size = p.hidden / p.heads;
  p.width = round_up(p.head_size);
  p.longest = round_up(longest);
  p.bias = arguments.optional_floats(index + 5, "bias", static_cast<size_t>(numbers - p.drop.first)).data;
  return p;
}

// Where the gradient of the bias goes, or null.
float* bias_gradient(const Arguments& arguments, size_t index, const Problem& p) {
  const size_t last = p.first_number.size() - 1;
  const uint64_t length = p.offsets[last + 1] - p.offsets[last];
  const uint64_t pairs = p.first_number[last] - p.drop.first + p.heads * length * length;
  const Floats dbias = arguments.optional_floats(index, "dbias", static_cast<size_t>(pairs));
  arguments.check_apart(dbias, "dbias", Ints{const_cast<int32_t*>(p.offsets), last + 2});
  return dbias.data;
}

// The longest sequences first, so that threads end together.
std::vector<size_t> task_order(const Problem& p) {
  std::vector<size_t> order(p.first_number.size() * p.heads);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return Task(p, a).length > Task(p, b).length; });
  return order;
}

// Takes the tasks' memory in advance, so that a want of it shows before anything is written.
void reserve(const Problem& p, int row_areas, int square_areas) {
  for (int thread = 0; thread < thread_count(); thread++) {
    for (int i = 0; i < square_areas; i++) scratch(thread, row_areas + i, p.longest * p.longest);
    for (int i = 0; i < row_areas; i++) scratch(thread, i, p.longest * p.width);
  }
}

}  // namespace

void packed_attention(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "packedAttention");
  const Floats out = arguments.floats(0, "out");
  const Inputs in{arguments.floats(1, "q", out.size).data, arguments.floats(2, "k", out.size).data,
                  arguments.floats(3, "v", out.size).data};
  const Problem problem = read_problem(arguments, 4, out.size, {{out, "out"}});
  reserve(problem, 4, 2);
  const std::vector<size_t> order = task_order(problem);
  parallel_items(order.size(), [&](size_t item, int thread) {
    const Task task(problem, order[item]);
    vectorised([&](auto vector) INLINE_LAMBDA { forward_task<decltype(vector)>(out.data, in, problem, task, thread); });
  });
}

void packed_attention_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "packedAttentionGradient");
  const Floats dout = arguments.floats(4, "dout");
  const auto same = [&](size_t index, const char* name) { return arguments.floats(index, name, dout.size); };
  const Floats dq = same(0, "dq"), dk = same(1, "dk"), dv = same(2, "dv");
  const Inputs in{same(5, "q").data, same(6, "k").data, same(7, "v").data};
  const Problem problem = read_problem(arguments, 8, dout.size, {{dq, "dq"}, {dk, "dk"}, {dv, "dv"}});
  const InputGradients gradients{dq.data, dk.data, dv.data, bias_gradient(arguments, 3, problem)};
  reserve(problem, 5, 4);
  const std::vector<size_t> order = task_order(problem);
  parallel_items(order.size(), [&](size_t item, int thread) {
    const Task task(problem, order[item]);
    vectorised([&](auto vector) INLINE_LAMBDA {
      backward_task<decltype(vector)>(gradients, dout.data, in, problem, task, thread);
    });
  });
}

}  // namespace finetune
