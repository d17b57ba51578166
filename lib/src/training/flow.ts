import type { TrainerControl } from "./callbacks";
import type { TrainerState } from "./state";
import type { Intervals } from "./plan";
import type { SaveStrategy, TrainingArguments } from "./training-arguments";

/** Nothing is asked for. */
export function idleControl(): TrainerControl {
  return {
    shouldTrainingStop: false,
    shouldEpochStop: false,
    shouldSave: false,
    shouldEvaluate: false,
    shouldLog: false,
  };
}

/** Sets what is due after an optimizer step. @see transformers.DefaultFlowCallback.on_step_end */
export function flowAfterStep(
  args: TrainingArguments,
  { logging, evaluation, saving }: Intervals,
  { globalStep, maxSteps }: TrainerState,
  control: TrainerControl,
): void {
  const due = (strategy: SaveStrategy, steps: number) => strategy === "steps" && globalStep % steps === 0;
  if (args.loggingFirstStep && globalStep === 1) control.shouldLog = true;
  if (due(args.loggingStrategy, logging)) control.shouldLog = true;
  const mayEvaluate = args.evalDelay <= globalStep;
  if (mayEvaluate && due(args.evalStrategy, evaluation)) control.shouldEvaluate = true;
  if (due(args.saveStrategy, saving)) control.shouldSave = true;
  if (globalStep >= maxSteps) {
    control.shouldTrainingStop = true;
    // The last model is evaluated and kept, even if the run ends between two intervals.
    if (mayEvaluate && args.evalStrategy === "steps") control.shouldEvaluate = true;
    if (args.saveStrategy === "steps") control.shouldSave = true;
  }
}

/** Sets what is due at the end of an epoch. */
export function flowAfterEpoch(
  args: TrainingArguments,
  { epoch }: TrainerState,
  control: TrainerControl,
): void {
  if (args.loggingStrategy === "epoch") control.shouldLog = true;
  if (args.evalStrategy === "epoch" && args.evalDelay <= epoch) control.shouldEvaluate = true;
  if (args.saveStrategy === "epoch") control.shouldSave = true;
}
