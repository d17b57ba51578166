#include "embedding.h"

#include <algorithm>
#include <cmath>

#include "arguments.h"
#include "scratch.h"
#include "layer_norm.h"
#include "threads.h"

namespace finetune {
namespace {

constexpr size_t kGrain = 1 << 15;

struct Tables {
  Tables(const Arguments& arguments, size_t index, size_t tokens, size_t hidden) : tokens(tokens), hidden(hidden) {
    const char* table_names[] = {"word", "position", "tokenType"};
    const char* id_names[] = {"ids", "positions", "tokenTypes"};
    for (size_t i = 0; i < 3; i++) {
      const Floats table = arguments.floats(index + i, table_names[i]);
      if (table.size == 0 || table.size % hidden != 0) {
        arguments.fail_range(table_names[i], "is not a number of rows of " + std::to_string(hidden));
      }
      const Ints numbers = arguments.ints(index + 3 + i, id_names[i], tokens);
      arguments.check_range(numbers, table.size / hidden, id_names[i]);
      tables[i] = table.data;
      ids[i] = numbers.data;
    }
  }

  void check_apart(const Arguments& arguments, Floats output, const char* name) const {
    for (const int32_t* numbers : ids) arguments.check_apart(output, name, Ints{const_cast<int32_t*>(numbers), tokens});
  }

  const float* row(size_t table, size_t token) const { return tables[table] + ids[table][token] * hidden; }

  const float* tables[3];
  const int32_t* ids[3];
  size_t tokens;
  size_t hidden;
};

static INLINE void sum_row(float* sum, const Tables& tables, size_t token) {
  const float* word = tables.row(0, token);
  const float* position = tables.row(1, token);
  const float* type = tables.row(2, token);
  for (size_t i = 0; i < tables.hidden; i++) sum[i] = word[i] + position[i] + type[i];
}

template <class Vector>
static INLINE void forward_rows(float* out, const Tables& tables, const float* gamma, const float* beta, float eps,
                                size_t begin, size_t end, float* sum) {
  for (size_t token = begin; token < end; token++) {
    sum_row(sum, tables, token);
    const RowStatistics statistics = row_statistics<Vector>(sum, tables.hidden, eps);
    normalise_row<Vector>(out + token * tables.hidden, sum, gamma, beta, tables.hidden, statistics);
  }
}

static INLINE void add_columns(float* table, const float* rows, const int32_t* ids, size_t count, size_t hidden,
                               int32_t skipped, size_t begin, size_t end) {
  for (size_t row = 0; row < count; row++) {
    if (ids[row] == skipped) continue;
    float* to = table + static_cast<size_t>(ids[row]) * hidden;
    const float* from = rows + row * hidden;
    for (size_t i = begin; i < end; i++) to[i] += from[i];
  }
}

}  // namespace

void embeddings_layer_norm(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "embeddingsLayerNorm");
  const size_t tokens = arguments.length(9, "tokens");
  const size_t hidden = arguments.length(10, "hidden");
  const Floats out = arguments.floats(0, "out", arguments.product({tokens, hidden}, "out"));
  const Tables tables(arguments, 1, tokens, hidden);
  tables.check_apart(arguments, out, "out");
  const Floats gamma = arguments.floats(7, "gamma", hidden);
  const Floats beta = arguments.floats(8, "beta", hidden);
  const float eps = static_cast<float>(arguments.number(11, "eps"));
  parallel_for(tokens, kGrain / hidden, [&](size_t begin, size_t end, int part) {
    float* const sum = scratch(part, 0, hidden);
    vectorised([&](auto vector) INLINE_LAMBDA {
      forward_rows<decltype(vector)>(out.data, tables, gamma.data, beta.data, eps, begin, end, sum);
    });
  });
}

void embeddings_layer_norm_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "embeddingsLayerNormGradient");
  const size_t tokens = arguments.length(11, "tokens");
  const size_t hidden = arguments.length(12, "hidden");
  const Floats dx = arguments.floats(0, "dx", arguments.product({tokens, hidden}, "dx"));
  const Floats dgamma = arguments.floats(1, "dgamma", hidden);
  const Floats dbeta = arguments.floats(2, "dbeta", hidden);
  const Floats dy = arguments.floats(3, "dy", arguments.product({tokens, hidden}, "dy"));
  const Tables tables(arguments, 4, tokens, hidden);
  tables.check_apart(arguments, dx, "dx");
  tables.check_apart(arguments, dgamma, "dgamma");
  tables.check_apart(arguments, dbeta, "dbeta");
  const Floats gamma = arguments.floats(10, "gamma", hidden);
  const float eps = static_cast<float>(arguments.number(13, "eps"));
  std::fill_n(dgamma.data, hidden, 0.0f);
  std::fill_n(dbeta.data, hidden, 0.0f);
  float* sum = scratch(0, 0, hidden);
  // Once a step, and a fortieth of a layer's work: not worth threads.
  for (size_t token = 0; token < tokens; token++) {
    sum_row(sum, tables, token);
    layer_norm_gradient_row(dx.data + token * hidden, dgamma.data, dbeta.data, dy.data + token * hidden, sum,
                            gamma.data, hidden, eps);
  }
}

void scatter_add(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "scatterAdd");
  const size_t entries = arguments.length(3, "entries");
  const size_t hidden = arguments.length(4, "hidden");
  const Floats table = arguments.floats(0, "table", arguments.product({entries, hidden}, "table"));
  const Ints ids = arguments.ints(2, "ids");
  const Floats rows = arguments.floats(1, "rows", arguments.product({ids.size, hidden}, "rows"));
  arguments.check_apart(table, "table", rows);
  arguments.check_apart(table, "table", ids);
  arguments.check_range(ids, entries, "ids");
  const double skipped = arguments.number(5, "skippedId");
  if (!(skipped >= -1 && skipped <= 0x7fffffff) || skipped != std::floor(skipped)) {
    arguments.fail_range("skippedId", "must be a row's number, or -1 for none");
  }
  const int32_t skipped_id = static_cast<int32_t>(skipped);
  // Threads share the columns, not the rows: the order of the sums is that of the rows, however many threads there are.
  const size_t vectors = (hidden + kMostLanes - 1) / kMostLanes;
  parallel_for(vectors, kGrain / std::max(ids.size, size_t{1}) / kMostLanes, [&](size_t begin, size_t end, int) {
    const size_t from = begin * kMostLanes, to = std::min(end * kMostLanes, hidden);
    vectorised([&](auto) INLINE_LAMBDA {
      add_columns(table.data, rows.data, ids.data, ids.size, hidden, skipped_id, from, to);
    });
  });
}

}  // namespace finetune
