#include "loss.h"

#include <algorithm>
#include <cmath>

#include "arguments.h"

namespace finetune {
namespace {

// A few rows with a few classes: plain loops in double precision.
double log_of_sum(const float* logits, size_t classes) {
  const float largest = *std::max_element(logits, logits + classes);
  double sum = 0;
  for (size_t c = 0; c < classes; c++) sum += std::exp(static_cast<double>(logits[c]) - largest);
  return std::log(sum) + largest;
}

}  // namespace

Napi::Value cross_entropy(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "crossEntropy");
  const size_t rows = arguments.length(2, "rows");
  const size_t classes = arguments.length(3, "classes");
  const Floats logits = arguments.floats(0, "logits", arguments.product({rows, classes}, "logits"));
  const Ints labels = arguments.ints(1, "labels", rows);
  arguments.check_range(labels, classes, "labels");
  const double smoothing = arguments.number(4, "smoothing");
  double total = 0;
  for (size_t row = 0; row < rows; row++) {
    const float* scores = logits.data + row * classes;
    const double log_sum = log_of_sum(scores, classes);
    double mean = 0;
    for (size_t c = 0; c < classes; c++) mean += scores[c] / static_cast<double>(classes);
    total += log_sum - (1 - smoothing) * scores[labels.data[row]] - smoothing * mean;
  }
  return Napi::Number::New(info.Env(), total / static_cast<double>(rows));
}

void cross_entropy_gradient(const Napi::CallbackInfo& info) {
  const Arguments arguments(info, "crossEntropyGradient");
  const size_t rows = arguments.length(3, "rows");
  const size_t classes = arguments.length(4, "classes");
  const Floats out = arguments.floats(0, "out", arguments.product({rows, classes}, "out"));
  const Floats logits = arguments.floats(1, "logits", arguments.product({rows, classes}, "logits"));
  const Ints labels = arguments.ints(2, "labels", rows);
  arguments.check_apart(out, "out", labels);
  arguments.check_range(labels, classes, "labels");
  const double smoothing = arguments.number(5, "smoothing");
  const double scale = arguments.number(6, "dy") / static_cast<double>(rows);
  for (size_t row = 0; row < rows; row++) {
    const float* scores = logits.data + row * classes;
    const double log_sum = log_of_sum(scores, classes);
    for (size_t c = 0; c < classes; c++) {
      const bool is_label = static_cast<size_t>(labels.data[row]) == c;
      const double target = (is_label ? 1 - smoothing : 0) + smoothing / static_cast<double>(classes);
      out.data[row * classes + c] = static_cast<float>((std::exp(scores[c] - log_sum) - target) * scale);
    }
  }
}

}  // namespace finetune
