#pragma once

#include <napi.h>

#include "vector.h"

namespace finetune {

struct RowStatistics {
  float mean;
  float inverse_deviation;
};

// Of one row; its variance is the mean of the squared differences from the mean.
template <class Vector>
static INLINE RowStatistics row_statistics(const float* row, size_t columns, float eps) {
  Vector total{};
  for_lanes<Vector>(
      0, columns, [&](size_t i) INLINE_LAMBDA { total += load<Vector>(row + i); },
      [&](size_t i, size_t n) INLINE_LAMBDA { total += load_part<Vector>(row + i, n); });
  const float mean = sum(total) / static_cast<float>(columns);
  Vector squares{};
  for_lanes<Vector>(
      0, columns,
      [&](size_t i) INLINE_LAMBDA {
        const Vector centred = load<Vector>(row + i) - mean;
        squares += centred * centred;
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        for (size_t j = i; j < i + n; j++) squares[j - i] += (row[j] - mean) * (row[j] - mean);
      });
  const float variance = sum(squares) / static_cast<float>(columns);
  return {mean, 1.0f / __builtin_sqrtf(variance + eps)};
}

// y = (x - mean) * inverse_deviation * gamma + beta
template <class Vector>
static INLINE void normalise_row(float* y, const float* x, const float* gamma, const float* beta, size_t columns,
                                 const RowStatistics& s) {
  for_lanes<Vector>(
      0, columns,
      [&](size_t i) INLINE_LAMBDA {
        store(y + i, (load<Vector>(x + i) - s.mean) * s.inverse_deviation * load<Vector>(gamma + i) + load<Vector>(beta + i));
      },
      [&](size_t i, size_t n) INLINE_LAMBDA {
        const Vector normalised = (load_part<Vector>(x + i, n) - s.mean) * s.inverse_deviation;
        store_part(y + i, normalised * load_part<Vector>(gamma + i, n) + load_part<Vector>(beta + i, n), n);
      });
}

// dx of one row from x and dy; adds the row's part of the gradients of gamma and beta. dx may be x.
void layer_norm_gradient_row(float* dx, float* dgamma, float* dbeta, const float* dy, const float* x,
                             const float* gamma, size_t columns, float eps);

// dropoutAddLayerNorm(out, x, residual, gamma, beta, rows, columns, eps, <dropout>):
//   layerNorm(dropout(x) + residual). `residual` may be null.
void dropout_add_layer_norm(const Napi::CallbackInfo& info);

// dropoutAddLayerNormGradient(dx, dresidual, dgamma, dbeta, dy, x, residual, gamma, rows, columns, eps, <dropout>)
// `residual` may be null; `dresidual` may be null where it would equal dx, that is, without dropout.
void dropout_add_layer_norm_gradient(const Napi::CallbackInfo& info);

}  // namespace finetune
