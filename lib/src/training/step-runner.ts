import * as tf from "../tfjs";
import type { Batch } from "../collators/batch";
import type { PreTrainedModel } from "../models/pretrained-model";
import { backward, BatchTooLargeError, type ComputeLoss, type GradientMap } from "./backward";
import { describeTooLarge } from "./batch-too-large";
import type { CallbackHandler } from "./callback-handler";
import type { Logs } from "./callbacks";
import { microBatchesOf } from "./micro-batches";
import { answerNonFinite } from "./non-finite";
import type { Optimizer } from "./optimizers/optimizer";
import type { Precision } from "./precision";
import type { RunningLoss } from "./running-loss";
import type { LearningRate } from "./schedules/learning-rate";
import { sizeOfTokens, TokenCounter } from "./throughput";
import { trainStep } from "./train-step";

/** What a step works with. */
export interface StepParts {
  model: PreTrainedModel<object>;
  optimizer: Optimizer;
  learningRate: LearningRate;
  precision: Precision;
  losses: RunningLoss;
  callbacks: CallbackHandler;
  /** The batch of these rows, the micro-step's of this number. */
  collate: (rows: Int32Array, microStep: number) => Batch;
  computeLoss: ComputeLoss;
}

/** A run's optimizer steps, one by one. */
export class StepRunner {
  /** Gradient norm and learning rate of the last step. */
  lastStep: Logs = {};
  readonly tokens = new TokenCounter();

  constructor(private readonly parts: StepParts) {}

  /** One optimizer step, on batches of these rows: in parts, where memory does not suffice and they may be made smaller. */
  async step(rows: Int32Array[]): Promise<void> {
    const { args, state } = this.parts.callbacks;
    for (;;) {
      try {
        return await this.attempt(rows, args.autoFindBatchSize ? state.trainBatchSize : Infinity);
      } catch (error) {
        if (!(error instanceof BatchTooLargeError)) throw error;
        const step = state.globalStep + 1;
        if (!args.autoFindBatchSize || error.batch.rows === 1) {
          throw describeTooLarge(error, { step, args, fitting: this.fittingRows(rows, error.batch.rows) });
        }
        state.trainBatchSize = Math.ceil(error.batch.rows / 2);
        console.warn(
          `Step ${step}: ${error.batch.rows} rows at once do not fit into memory; from now on they are ${state.trainBatchSize}, ` +
            "and a step has as many as before.",
        );
      }
    }
  }

  /** @param most  rows at once */
  private async attempt(rows: Int32Array[], most: number): Promise<void> {
    const { model, optimizer, precision, losses, callbacks, collate, computeLoss } = this.parts;
    const { args, state } = callbacks;
    const scheduleFactor = this.parts.learningRate.factorAt(state.globalStep);
    const learningRate = optimizer.learningRate * scheduleFactor;
    const firstMicroStep = state.globalStep * args.gradientAccumulationSteps;
    const microBatches = microBatchesOf(rows, firstMicroStep, most);
    let isSkipped = false;
    const started = performance.now();
    const batches = microBatches.map((part) => collate(part.rows, part.microStep));
    const sizes = batches.map(sizeOfTokens);
    const { loss, gradNorm } = await trainStep(model, optimizer, batches, {
      ...{
        scheduleFactor,
        maxGradNorm: args.maxGradNorm,
        firstMicroStep,
        microBatches,
        precision,
        computeLoss,
      },
      onSubstepEnd: () => callbacks.call("onSubstepEnd"),
      onPreOptimizerStep: (gradients) => callbacks.gradients("onPreOptimizerStep", gradients),
      onOptimizerStep: (gradients) => callbacks.gradients("onOptimizerStep", gradients),
      onNonFinite: (figures) => {
        const answer = answerNonFinite(args.nanPolicy, figures, {
          step: state.globalStep + 1,
          learningRate,
          rows,
        });
        isSkipped = answer === "skip";
        return answer;
      },
    });
    this.tokens.add(sizes, (performance.now() - started) / 1000);
    if (args.includeNumInputTokensSeen !== "no") {
      const counted = args.includeNumInputTokensSeen === "all" ? "all" : "real";
      for (const size of sizes) state.numInputTokensSeen += size[counted];
    }
    state.globalStep++;
    if (!isSkipped && (Number.isFinite(loss) || !args.loggingNanInfFilter)) losses.add(loss);
    this.lastStep = { grad_norm: gradNorm, learning_rate: learningRate };
  }

  /** Of a batch that was too large, how many rows are not: tried with half of them, a quarter and so on. */
  private fittingRows(rows: Int32Array[], tooMany: number): number {
    const { optimizer, precision, collate, computeLoss } = this.parts;
    const batch = rows.find(({ length }) => length === tooMany) ?? rows[0]!;
    for (let fitting = Math.floor(tooMany / 2); fitting > 0; fitting = Math.floor(fitting / 2)) {
      const gradients: GradientMap = new Map();
      try {
        const part = collate(batch.subarray(0, fitting), 0);
        tf.dispose(precision.run(() => backward(gradients, optimizer.parameters(), part, computeLoss, 1)));
        return fitting;
      } catch (error) {
        if (!(error instanceof BatchTooLargeError)) throw error;
      } finally {
        tf.dispose([...gradients.values()]);
      }
    }
    return 0;
  }
}
