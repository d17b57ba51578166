import type { TrainerControl } from "./callbacks";
import type { TrainerState } from "./state";
import type { IntervalStrategy, TrainingArguments } from "./training-arguments";

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
export function flowAfterStep(args: TrainingArguments, state: TrainerState, control: TrainerControl): void {
  const { globalStep } = state;
  const due = (strategy: IntervalStrategy, steps: number) => strategy === "steps" && globalStep % steps === 0;
  if (args.loggingFirstStep && globalStep === 1) control.shouldLog = true;
  if (due(args.loggingStrategy, args.loggingSteps)) control.shouldLog = true;
  if (due(args.evalStrategy, args.evalSteps)) control.shouldEvaluate = true;
  if (due(args.saveStrategy, args.saveSteps)) control.shouldSave = true;
  if (globalStep >= state.maxSteps) {
    control.shouldTrainingStop = true;
    // The last model is evaluated and kept, even if the run ends between two intervals.
    if (args.evalStrategy === "steps") control.shouldEvaluate = true;
    if (args.saveStrategy === "steps") control.shouldSave = true;
  }
}

/** Sets what is due at the end of an epoch. */
export function flowAfterEpoch(args: TrainingArguments, control: TrainerControl): void {
  if (args.loggingStrategy === "epoch") control.shouldLog = true;
  if (args.evalStrategy === "epoch") control.shouldEvaluate = true;
  if (args.saveStrategy === "epoch") control.shouldSave = true;
}
