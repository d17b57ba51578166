import { ConfigError, type TrainingArguments } from "finetune-ts";
import { LearningRate, refuseUnknownOptions } from "finetune-ts/internal";
import { count } from "../numbers";
import { type Plot, plot } from "./plot";
import { houseFigure, PALETTE } from "./house-style";
import { textPlot } from "./text-charts";

/** Points that a curve needs at most. */
const MOST_POINTS = 200;

export interface LearningRatePlotOptions {
  /** Optimizer steps of the whole run. */
  steps: number;
}

/**
 * The learning rate of each step, as the arguments plan it: the warm-up, then the schedule.
 *
 * @throws ConfigError if there are none, or the schedule follows evaluations that are yet to come
 * @example
 * display(plotLearningRate(args, { steps: 676 }));
 */
export function plotLearningRate(args: TrainingArguments, options: LearningRatePlotOptions): Plot {
  refuseUnknownOptions("plotLearningRate", options, ["steps"]);
  const { steps } = options;
  if (!Number.isInteger(steps) || steps < 1) {
    throw new ConfigError(`plotLearningRate: steps is ${steps}; it must be a whole number of 1 or more.`);
  }
  if (args.lrSchedulerType === "reduce_lr_on_plateau") {
    throw new ConfigError(
      "plotLearningRate: reduce_lr_on_plateau follows the evaluations; there is no plan to draw.",
    );
  }
  const rate = new LearningRate(args, steps);
  const warmup = args.warmupStepsOf(steps);
  const stride = Math.max(1, Math.floor(steps / MOST_POINTS));
  const at = new Set([warmup, steps].filter((step) => step <= steps));
  for (let step = 0; step < steps; step += stride) at.add(step);
  const points = [...at]
    .sort((a, b) => a - b)
    .map((step) => ({ x: step, y: args.learningRate * rate.factorAt(step) }));
  const figure = houseFigure(
    [
      {
        type: "scatter",
        name: "learning rate",
        mode: "lines",
        x: points.map(({ x }) => x),
        y: points.map(({ y }) => y),
        line: { color: PALETTE.blue, width: 2 },
        hovertemplate: "step %{x}: %{y:.2e}<extra></extra>",
      },
    ],
    {
      title: `Learning rate: ${args.lrSchedulerType}, ${count(warmup)} of ${count(steps)} steps warm-up`,
      x: { label: "step" },
      y: { label: "learning rate", tickformat: ".1e", rangemode: "tozero" },
    },
  );
  const shown = points.map(({ x, y }) => ({ x, y: y / args.learningRate }));
  const chart = textPlot([{ mark: "·", points: shown }], { height: 6, digits: 1 });
  return plot(
    figure,
    `Learning rate by step, as a share of ${args.learningRate} (warm-up: ${count(warmup)} of ${count(steps)} steps)`,
    chart,
  );
}
