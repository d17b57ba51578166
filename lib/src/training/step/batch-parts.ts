import * as tf from "../../tfjs";
import type { Batch } from "../../collators/batch";
import { sliceBatch } from "../../collators/slice-batch";
import { ConfigError } from "../../errors";
import type { Range } from "../../distributed/share";
import { NOTHING_BEFORE, type BatchExtent } from "../../models/module";
import { extentOf } from "../../models/packed-batch";
import type { PreTrainedModel } from "../../models/pretrained-model";

/** What goes through the model at once: a micro-batch, or a part of one. */
export interface BatchPart {
  batch: Batch;
  /** The dataset's rows in it. */
  rows: Int32Array;
  /** What its loss counts for in the step's. */
  weight: number;
  /** Number of the micro-batch in the whole run: decides what dropout drops. */
  microStep: number;
  /** What of the micro-batch comes before it. */
  before: BatchExtent;
}

/** A batch that is a step by itself. */
export function wholeStep(batch: Batch, microStep: number): BatchPart[][] {
  return [[{ batch, rows: new Int32Array(0), weight: 1, microStep, before: NOTHING_BEFORE }]];
}

/** A micro-batch as a whole. */
export interface WholeBatch {
  batch: Batch;
  rows: Int32Array;
  microStep: number;
  /** What its loss counts for in the step's. */
  weight: number;
}

/**
 * Cuts a micro-batch. The parts' losses, weighed, add up to that of the whole, and so do their gradients. Frees the whole.
 *
 * @param ranges        of rows, none of them empty
 * @param countTargets  over how many a batch's loss is a mean
 * @throws ConfigError where the loss holds the rows against each other
 */
export function cutBatch(
  { batch, rows, microStep, weight }: WholeBatch,
  ranges: readonly Range[],
  countTargets: (batch: Batch) => number,
  model: Pick<PreTrainedModel<object>, "architecture" | "comparesRows">,
): BatchPart[] {
  const isWhole = ({ from, to }: Range) => from === 0 && to === rows.length;
  if (ranges.length === 1 && isWhole(ranges[0]!)) {
    return [{ batch, rows, weight, microStep, before: NOTHING_BEFORE }];
  }
  try {
    if (model.comparesRows(batch)) {
      throw new ConfigError(
        `The loss of this ${model.architecture} holds the rows of a batch against each other, so a batch cannot be divided: neither among ` +
          "processes nor by autoFindBatchSize. Choose a smaller perDeviceTrainBatchSize.",
      );
    }
    const targets = countTargets(batch);
    return ranges.map(({ from, to }) => {
      const part = sliceBatch(batch, from, to);
      // Where nothing is asked, no part is worth more than another.
      const share = targets > 0 ? countTargets(part) / targets : (to - from) / rows.length;
      return {
        batch: part,
        rows: rows.subarray(from, to),
        weight: weight * share,
        microStep,
        before: extentOf(batch, from),
      };
    });
  } finally {
    tf.dispose(batch);
  }
}

/** A range in pieces of at most so many rows, as equal as can be. */
export function inPieces({ from, to }: Range, most: number): Range[] {
  const size = Math.min(most, to - from);
  return Array.from({ length: Math.ceil((to - from) / size) }, (_, index) => ({
    from: from + index * size,
    to: Math.min(from + (index + 1) * size, to),
  }));
}
