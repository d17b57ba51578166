import { randomUUID } from "../../platform/crypto";
import type { Module } from "../../models/module";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { locateBest } from "../best-model";
import type { CallbackHandler } from "../callback-handler";
import { onFirst } from "../../distributed/on-first";
import type { ProcessGroup } from "../../distributed/process-group";
import type { OptimizerShards } from "../optimizers/optimizer-shards";
import type { Optimizer } from "../optimizers/optimizer";
import { RunningLoss } from "../step/running-loss";
import type { LearningRate } from "../schedules/learning-rate";
import { initialState, type RunFigures } from "../state";
import type { Plan } from "../plan";
import { restoreRun, type StoredRun } from "./resume";
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
  /** The processes that train together; the first one writes. */
  group: ProcessGroup;
  /** Where each of them has a part of the optimizer's state. */
  shards: OptimizerShards | undefined;
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
   * @param stored  the checkpoint to go on from, if it is not new
   */
  async begin(plan: Plan, stored?: StoredRun): Promise<void> {
    const { callbacks, optimizer, group } = this.parts;
    const { args } = callbacks;
    const { maxSteps, epochs, intervals } = plan;
    const figures: RunFigures = {
      ...{ maxSteps, numTrainEpochs: epochs, trainBatchSize: args.perDeviceTrainBatchSize },
      ...{ loggingSteps: intervals.logging, evalSteps: intervals.evaluation, saveSteps: intervals.saving },
    };
    optimizer.allocate();
    callbacks.begin(initialState(figures), optimizer);
    const isOfOthers = stored ? this.resume(stored, figures) : false;
    // A run that another program began goes on beside its checkpoints.
    if (group.isFirst && args.saveStrategy !== "no" && !isOfOthers) {
      await mentionOtherRuns(args.outputDir, this.id);
    }
  }

  /** @returns whether another program began the run */
  private resume(stored: StoredRun, figures: RunFigures): boolean {
    const { callbacks, learningRate } = this.parts;
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
    const { setup, callbacks, learningRate, group, shards, optimizer, ...parts } = this.parts;
    const { state, args, control } = callbacks;
    const { shouldEvaluate: evaluate, shouldSave: save } = control;
    const [losses, plateau] = [this.losses.export(), learningRate.export()];
    state.statefulCallbacks = callbacks.exportStates();
    const record = {
      ...{ runId: this.id, setup, losses, pending: { evaluate, save } },
      ...(plateau && { plateau }),
    };
    // Where each process has a part of it, all take part.
    const sharded = args.saveOnlyModel ? undefined : await shards?.stateDict();
    const optimizerState = () => sharded ?? optimizer.stateDict();
    await onFirst(group, `the checkpoint of step ${state.globalStep}`, async () => {
      await saveRun({ ...parts, optimizerState, state, args, record });
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
    const { model, callbacks, group } = this.parts;
    const { args, state } = callbacks;
    const found = await onFirst(group, "the best checkpoint", async () => {
      const best = locateBest(state, args);
      return best === undefined ? undefined : { best, weights: await model.readStateDict(best) };
    });
    if (!found) return;
    const { best, weights } = found;
    model.loadStateDict(weights, best);
    if (args.saveTotalLimit === 1 && group.isFirst) await keepBestOnly(args.outputDir, this.id, best);
  }
}
