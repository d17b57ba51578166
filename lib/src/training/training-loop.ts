import { decidingMetric, rememberBest } from "./best-model";
import type { Logs, TrainerControl } from "./callbacks";
import { sampleBatches, type TrainerDataset } from "./data-loader";
import { nextTurn } from "../platform/pause";
import { flowAfterEpoch, flowAfterStep } from "./flow";
import { EvaluationInterrupted, type Interrupts } from "./interrupts";
import type { Plan } from "./plan";
import { StepRunner, type StepParts } from "./step/step-runner";

/** What the loop works with. */
export interface LoopParts extends StepParts {
  dataset: TrainerDataset;
  plan: Plan;
  interrupts: Interrupts;
  evaluate: () => Promise<Logs>;
  save: () => Promise<void>;
}

/** Epochs, steps, and what is due between them: from the state as it stands to the end of the plan, or to an interrupt. */
export class TrainingLoop {
  private readonly steps: StepRunner;

  constructor(private readonly parts: LoopParts) {
    this.steps = new StepRunner(parts);
  }

  async run(): Promise<void> {
    const { plan, callbacks, interrupts } = this.parts;
    const { args, state, control } = callbacks;
    if (args.evalOnStart && state.globalStep === 0) control.shouldEvaluate = true;
    // And what an interrupt left undone at this step.
    await this.logEvaluateSave();
    // A resumed run enters in the middle of an epoch, whose order is the same as before.
    let firstStep = state.globalStep % plan.stepsPerEpoch;
    for (let epoch = Math.floor(state.globalStep / plan.stepsPerEpoch); epoch < plan.epochs; epoch++) {
      if (state.globalStep >= state.maxSteps || control.shouldTrainingStop || interrupts.signal) return;
      control.shouldEpochStop = false;
      await callbacks.call("onEpochBegin");
      const isOver = await this.epoch(epoch, firstStep);
      if (!isOver) return;
      firstStep = 0;
      flowAfterEpoch(args, state, control);
      await callbacks.call("onEpochEnd");
      await this.agree();
      await this.logEvaluateSave();
    }
  }

  /** @returns whether the epoch came to its end; an interrupt leaves it in the middle */
  private async epoch(epoch: number, firstStep: number): Promise<boolean> {
    const { dataset, plan, callbacks, interrupts } = this.parts;
    const { args, state, control } = callbacks;
    const accumulation = args.gradientAccumulationSteps;
    const batches = sampleBatches(dataset, {
      strategy: args.trainSamplingStrategy,
      batchSize: plan.batchSize,
      dropLast: args.dataloaderDropLast,
      seed: args.dataSeed ?? args.seed,
      epoch,
    });
    for (let step = firstStep; step < plan.stepsPerEpoch; step++) {
      await callbacks.call("onStepBegin");
      await this.steps.step(batches.slice(step * accumulation, (step + 1) * accumulation));
      // Of batches, not of steps: the last step of an epoch may have fewer of them.
      state.epoch = epoch + Math.min((step + 1) * accumulation, plan.batchesPerEpoch) / plan.batchesPerEpoch;
      flowAfterStep(args, plan.intervals, state, control);
      await callbacks.call("onStepEnd");
      await this.agree();
      await this.logEvaluateSave();
      // Lets timers, displays and signals have their turn between steps.
      await nextTurn();
      if (control.shouldTrainingStop || control.shouldEpochStop) break;
      const isLastOfEpoch = step + 1 === plan.stepsPerEpoch;
      if (interrupts.signal && !isLastOfEpoch) return false;
    }
    return true;
  }

  /** Does what the control asks for; what an interrupt comes before stays asked for. */
  private async logEvaluateSave(): Promise<void> {
    const { callbacks, losses, interrupts, evaluate, save } = this.parts;
    const { args, state, control } = callbacks;
    const isDue = control.shouldLog || control.shouldEvaluate || control.shouldSave;
    if (control.shouldLog) {
      const loss = losses.takeRecent();
      if (loss !== undefined) {
        await callbacks.log({ loss, ...this.steps.lastStep }, this.steps.tokens.take());
      }
    }
    control.shouldLog = false;
    if (control.shouldEvaluate) {
      if (interrupts.signal) return;
      try {
        const metrics = await evaluate();
        // Before the first step there is nothing yet that training has made.
        if (state.globalStep > 0) {
          this.parts.learningRate.observe(decidingMetric(args, metrics));
          const isBest = rememberBest(state, args, metrics, control.shouldSave);
          if (args.saveStrategy === "best") control.shouldSave = isBest;
        }
      } catch (error) {
        if (error instanceof EvaluationInterrupted) return;
        throw error;
      }
      control.shouldEvaluate = false;
    }
    if (control.shouldSave) {
      control.shouldSave = false;
      await save();
    }
    // Callbacks have been told of it, and may have asked for something.
    if (isDue) await this.agree();
  }

  /** What one process asks for, all do: at the same step. */
  private async agree(): Promise<void> {
    const { group, callbacks, interrupts } = this.parts;
    if (group.size === 1) return;
    const { control } = callbacks;
    const all = await group.gather("what is to be done next", { control, signal: interrupts.own });
    for (const name of Object.keys(control) as (keyof TrainerControl)[]) {
      control[name] = all.some((each) => each.control[name]);
    }
    interrupts.agree(all.map(({ signal }) => signal));
  }
}
