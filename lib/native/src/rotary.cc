#include "rotary.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "arguments.h"
#include "threads.h"
#include "vector.h"

namespace finetune {
namespace {

constexpr size_t kGrain = 1 << 14;
// Beyond it a float tells positions from each other no more.
constexpr size_t kMostPositions = 1 << 24;

struct Rotation {
  Rotation(const Arguments& arguments, size_t index)
      : hidden(arguments.length(index + 1, "hidden")), heads(arguments.length(index + 2, "heads")) {
    const Ints given = arguments.ints(index, "positions");
    const double theta = arguments.number(index + 3, "theta");
    if (hidden % (2 * heads) != 0) arguments.fail_range("hidden", "is not a multiple of twice the heads");
    arguments.check_range(given, kMostPositions, "positions");
    tokens = given.size;
    positions = given.data;
    half = hidden / heads / 2;
    const size_t most = tokens == 0 ? 0 : *std::max_element(positions, positions + tokens) + 1;
    cosines.resize(most * half);
    sines.resize(most * half);
    for (size_t d = 0; d < half; d++) {
      // In f32, as the models were trained.
      const float exponent = static_cast<float>(2 * d) / static_cast<float>(2 * half);
      const float frequency = 1.0f / std::pow(static_cast<float>(theta), exponent);
      for (size_t position = 0; position < most; position++) {
        const float angle = static_cast<float>(position) * frequency;
        cosines[position * half + d] = static_cast<float>(std::cos(static_cast<double>(angle)));
        sines[position * half + d] = static_cast<float>(std::sin(static_cast<double>(angle)));
      }
    }
  }

  Ints numbers() const { return {const_cast<int32_t*>(positions), tokens}; }

  size_t hidden, heads, half, tokens;
  const int32_t* positions;
  // [positions, half]
  std::vector<float> cosines, sines;
};

// One row, all heads of it; `sign` -1 turns back.
static INLINE void turn_row(float* to, const float* from, const Rotation& r, size_t token, float sign) {
  const float* cosines = r.cosines.data() + r.positions[token] * r.half;
  const float* sines = r.sines.data() + r.positions[token] * r.half;
  for (size_t head = 0; head < r.heads; head++) {
    const float* x = from + 2 * head * r.half;
    float* y = to + 2 * head * r.half;
    for (size_t d = 0; d < r.half; d++) {
      const float first = x[d], second = x[d + r.half], sine = sign * sines[d];
      y[d] = first * cosines[d] - second * sine;
      y[d + r.half] = second * cosines[d] + first * sine;
    }
  }
}

}  // namespace

void rotary_projections(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "rotaryProjections");
  const Rotation rotation(arguments, 4);
  const size_t hidden = rotation.hidden, size = arguments.product({rotation.tokens, hidden}, "q");
  const Floats q = arguments.floats(0, "q", size), k = arguments.floats(1, "k", size), v = arguments.floats(2, "v", size);
  const Floats qkv = arguments.floats(3, "qkv", arguments.product({rotation.tokens, hidden, 3}, "qkv"));
  struct {
    const char* name;
    Floats values;
  } outputs[] = {{"q", q}, {"k", k}, {"v", v}};
  for (const auto& [name, output] : outputs) {
    arguments.check_apart(output, name, qkv);
    arguments.check_apart(output, name, rotation.numbers());
  }
  parallel_for(rotation.tokens, kGrain / hidden, [&](size_t begin, size_t end, int) {
    vectorised([&](auto) INLINE_LAMBDA {
      for (size_t token = begin; token < end; token++) {
        const float* row = qkv.data + 3 * token * hidden;
        turn_row(q.data + token * hidden, row, rotation, token, 1.0f);
        turn_row(k.data + token * hidden, row + hidden, rotation, token, 1.0f);
        std::copy_n(row + 2 * hidden, hidden, v.data + token * hidden);
      }
    });
  });
}

void rotary_projections_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "rotaryProjectionsGradient");
  const Rotation rotation(arguments, 4);
  const size_t hidden = rotation.hidden, size = arguments.product({rotation.tokens, hidden}, "doutQ");
  const Floats dqkv = arguments.floats(0, "dqkv", arguments.product({rotation.tokens, hidden, 3}, "dqkv"));
  const Floats q = arguments.floats(1, "doutQ", size), k = arguments.floats(2, "doutK", size);
  const Floats v = arguments.floats(3, "doutV", size);
  for (const Floats input : {q, k, v}) arguments.check_apart(dqkv, "dqkv", input);
  arguments.check_apart(dqkv, "dqkv", rotation.numbers());
  parallel_for(rotation.tokens, kGrain / hidden, [&](size_t begin, size_t end, int) {
    vectorised([&](auto) INLINE_LAMBDA {
      for (size_t token = begin; token < end; token++) {
        float* row = dqkv.data + 3 * token * hidden;
        turn_row(row, q.data + token * hidden, rotation, token, -1.0f);
        turn_row(row + hidden, k.data + token * hidden, rotation, token, -1.0f);
        std::copy_n(v.data + token * hidden, hidden, row + 2 * hidden);
      }
    });
  });
}

}  // namespace finetune
