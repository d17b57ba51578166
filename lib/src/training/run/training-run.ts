import { randomUUID } from "node:crypto";
import type { Module } from "../../models/module";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { locateBest } from "../best-model";
import type { CallbackHandler } from "../callback-handler";
import type { Optimizer } from "../optimizers/optimizer";
import { RunningLoss } from "../running-loss";
import type { LearningRate } from "../schedules/learning-rate";
import { initialState, type RunFigures } from "../state";
import type { Plan } from "../plan";
import { findRun, restoreRun } from "./resume";
import { keepBestOnly, mentionOtherRuns } from "./rotate";
import { saveRun, type ProcessingClass } from "./save";
import type { RunSetup } from "./setup";

export interface RunParts {
  model: PreTrainedModel<object>;
  /** Trained beside the model, where the loss has parameters of its own. */
  criterion: Module | undefined;
  optimizer: Optimizer;
  learningRate: LearningRate;
  setup: RunSetup;
  callbacks: CallbackHandler;
  processingClass: ProcessingClass | undefined;
}

/** One run of training and its checkpoints: it begins or goes on, is saved, and comes back to its best. */
export class TrainingRun {
  readonly losses = new RunningLoss();
  /** Goes on under the same id when it is resumed. */
  private id: string = randomUUID();
  /** The step whose checkpoint was written last. */
  private savedStep: number | undefined;

  constructor(private readonly parts: RunParts) {}

  /**
   * Sets model, optimizer and state to where the run begins.
   *
   * @param request  the checkpoint to go on from; true: the newest; false: none
   */
  async begin(plan: Plan, request: string | boolean): Promise<void> {
    const { callbacks, optimizer } = this.parts;
    const { args } = callbacks;
    const { maxSteps, epochs, intervals } = plan;
    const figures: RunFigures = {
      ...{ maxSteps, numTrainEpochs: epochs, trainBatchSize: args.perDeviceTrainBatchSize },
      ...{ loggingSteps: intervals.logging, evalSteps: intervals.evaluation, saveSteps: intervals.saving },
    };
    optimizer.allocate();
    callbacks.begin(initialState(figures), optimizer);
    const isOfOthers = request ? await this.resume(request, figures) : false;
    // A run that another program began goes on beside its checkpoints.
    if (args.saveStrategy !== "no" && !isOfOthers) await mentionOtherRuns(args.outputDir, this.id);
  }

  /** @returns whether another program began the run */
  private async resume(request: string | true, figures: RunFigures): Promise<boolean> {
    const { callbacks, learningRate } = this.parts;
    const stored = await findRun(request, callbacks.args.outputDir, this.parts.model);
    restoreRun(stored, { ...this.parts, args: callbacks.args });
    const trainBatchSize = Math.min(figures.trainBatchSize, stored.state.trainBatchSize);
    callbacks.begin({ ...stored.state, ...figures, trainBatchSize }, this.parts.optimizer);
    callbacks.restoreStates(stored.state.statefulCallbacks);
    if (!stored.record) return true;
    const { runId, losses, pending, plateau } = stored.record;
    this.id = runId;
    this.losses.restore(losses);
    learningRate.restore(plateau);
    callbacks.control.shouldEvaluate = pending.evaluate;
    callbacks.control.shouldSave = pending.save;
    return false;
  }

  /** Writes the checkpoint of the present step. */
  async save(): Promise<void> {
    const { setup, callbacks, learningRate, ...parts } = this.parts;
    const { state, args, control } = callbacks;
    const { shouldEvaluate: evaluate, shouldSave: save } = control;
    const [losses, plateau] = [this.losses.export(), learningRate.export()];
    state.statefulCallbacks = callbacks.exportStates();
    await saveRun({
      ...{ ...parts, state, args },
      record: { runId: this.id, setup, losses, pending: { evaluate, save }, ...(plateau && { plateau }) },
    });
    this.savedStep = state.globalStep;
    await callbacks.call("onSave");
  }

  /** As {@link save}, unless it is done already. */
  async saveOnce(): Promise<void> {
    if (this.savedStep !== this.parts.callbacks.state.globalStep) await this.save();
  }

  /** Goes back to the best checkpoint, if it is still there. */
  async loadBest(): Promise<void> {
    const { model, callbacks } = this.parts;
    const { args, state } = callbacks;
    const best = locateBest(state, args);
    if (best === undefined) return;
    model.loadStateDict(await model.readStateDict(best), best);
    if (args.saveTotalLimit === 1) await keepBestOnly(args.outputDir, this.id, best);
  }
}
