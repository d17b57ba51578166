/**
 * How long something took and how fast it went, rounded as transformers rounds.
 *
 * @param prefix   "train", "eval" or "test"
 * @param started  `performance.now()` at its beginning
 * @param tokens   that passed, where they were counted
 * @see transformers.trainer_utils.speed_metrics
 */
export function speedMetrics(
  prefix: string,
  started: number,
  samples: number,
  steps: number,
  tokens?: number,
): Record<string, number> {
  const seconds = (performance.now() - started) / 1000;
  return {
    [`${prefix}_runtime`]: Number(seconds.toFixed(4)),
    [`${prefix}_samples_per_second`]: Number((samples / seconds).toFixed(3)),
    [`${prefix}_steps_per_second`]: Number((steps / seconds).toFixed(3)),
    ...(tokens !== undefined && {
      [`${prefix}_tokens_per_second`]: Number((tokens / seconds).toFixed(3)),
    }),
  };
}
