import * as tf from "../../tfjs";
import type { Batch } from "../../collators/batch";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { backward, BatchTooLargeError, type ComputeLoss, type GradientMap } from "./backward";
import { describeTooLarge } from "./batch-too-large";
import type { CallbackHandler } from "../callback-handler";
import type { Logs } from "../callbacks";
import { answerNonFinite } from "./non-finite";
import type { Optimizer } from "../optimizers/optimizer";
import type { Precision } from "./precision";
import type { RunningLoss } from "./running-loss";
import type { LearningRate } from "../schedules/learning-rate";
import { inPieces, type BatchPart, type WholeBatch } from "./batch-parts";
import { GradientReduction } from "./gradient-reduction";
import type { OptimizerShards } from "../optimizers/optimizer-shards";
import { ALL_OF_IT, OrderedReduction, type StepReduction } from "./step-reduction";
import { rangeOf, type Range } from "../../distributed/share";
import type { ProcessGroup } from "../../distributed/process-group";
import { sizeOfTokens, TokenCounter, type TokenCounts } from "./throughput";
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
  /** A micro-batch in parts. */
  cut: (whole: WholeBatch, ranges: readonly Range[]) => BatchPart[];
  computeLoss: ComputeLoss;
  /** The processes that train together. */
  group: ProcessGroup;
  /** Where each of them updates a part of the parameters. */
  shards: OptimizerShards | undefined;
}

/** How the processes' gradients become a step's. */
function reductionOf({ optimizer, group, shards, callbacks }: StepParts): StepReduction {
  const { deterministicParts, reduceGradientsInBf16: halves, autoFindBatchSize } = callbacks.args;
  const shapes = Array.from(optimizer.parameters(), ([name, { shape }]) => [name, shape] as const);
  if (deterministicParts) {
    const counts = Array.from({ length: group.size }, (_, rank) => {
      const { from, to } = rangeOf(deterministicParts, rank, group.size);
      return to - from;
    });
    return new OrderedReduction(group, shapes, counts);
  }
  if (group.size === 1) return ALL_OF_IT;
  const reduction = new GradientReduction(group, shapes, {
    halves,
    ...(shards && { ownerOf: (name: string) => shards.ownerOf(name) }),
  });
  // A pass that memory does not suffice for is made once more: nothing of it may have been sent.
  return autoFindBatchSize ? { finish: (terms) => reduction.finish(terms) } : reduction;
}

/** A run's optimizer steps, one by one. */
export class StepRunner {
  /** Gradient norm and learning rate of the last step. */
  lastStep: Logs = {};
  readonly tokens = new TokenCounter();

  private readonly reduction: StepReduction;

  constructor(private readonly parts: StepParts) {
    this.reduction = reductionOf(parts);
  }

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
    const { model, optimizer, precision, losses, callbacks, computeLoss, shards } = this.parts;
    const { args, state } = callbacks;
    const scheduleFactor = this.parts.learningRate.factorAt(state.globalStep);
    const learningRate = optimizer.learningRate * scheduleFactor;
    let isSkipped = false;
    const started = performance.now();
    const { terms, sizes } = this.termsOf(rows, most);
    const { loss, gradNorm } = await trainStep(model, optimizer, terms, {
      ...{ scheduleFactor, maxGradNorm: args.maxGradNorm, precision, computeLoss, reduction: this.reduction },
      onSubstepEnd: () => callbacks.call("onSubstepEnd"),
      onPreOptimizerStep: (gradients) => callbacks.gradients("onPreOptimizerStep", gradients),
      onOptimizerStep: async (gradients) => {
        await shards?.exchange();
        await callbacks.gradients("onOptimizerStep", gradients);
      },
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

  /** What this process computes of a step, and how many tokens the whole step has. */
  private termsOf(micro: Int32Array[], most: number): { terms: BatchPart[][]; sizes: TokenCounts[] } {
    const { group, callbacks, collate, cut } = this.parts;
    const { args, state } = callbacks;
    const firstMicroStep = state.globalStep * args.gradientAccumulationSteps;
    const sizes: TokenCounts[] = [];
    const terms: BatchPart[][] = [];
    const [parts, own] = args.deterministicParts
      ? [args.deterministicParts, rangeOf(args.deterministicParts, group.rank, group.size)]
      : [group.size, { from: group.rank, to: group.rank + 1 }];
    for (let part = own.from; part < own.to; part++) {
      const term = micro.flatMap((rows, index) => {
        const microStep = firstMicroStep + index;
        const batch = collate(rows, microStep);
        if (part === own.from) sizes.push(sizeOfTokens(batch));
        const whole = { batch, rows, microStep, weight: 1 / micro.length };
        const range = rangeOf(rows.length, part, parts);
        if (range.to > range.from) return cut(whole, inPieces(range, most));
        // There is nothing left for this one. It computes a row that counts for nothing, and so takes part in the sums.
        return cut(whole, [{ from: 0, to: 1 }]).map((each) => ({ ...each, weight: 0 }));
      });
      terms.push(term);
    }
    return { terms, sizes };
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
