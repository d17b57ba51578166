import { createHash } from "../../platform/crypto";
import path from "../../platform/path";
import * as tf from "../../tfjs";
import type { Batch } from "../../collators/batch";
import { ConfigError } from "../../errors";
import type { ModelOutput, TaskInputs } from "../../models/model-output";
import { packBatch, type PackedBatch } from "../../models/packed-batch";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { startProgress } from "../../progress";
import type { TrainerDataset } from "../data-loader";
import { nextTurn } from "../../platform/pause";
import { Precision } from "../step/precision";
import { ROWS_PER_SHARD, TeacherStore, type TeacherRows } from "./teacher-store";
import {
  hiddenStatesOf,
  LOGITS,
  POOLER_OUTPUT,
  projectionOf,
  PROJECTIONS,
  type TeacherTensor,
} from "./teacher-tensors";

/** Rows that the teacher reads at once. */
const BATCH_SIZE = 64;

/**
 * A frozen teacher: runs once over a dataset and keeps on disk what it says, so that every epoch, and every run after a
 * kill, reads the same numbers and no later one costs a forward pass of the teacher's.
 */
export class Teacher {
  private weightsDigest: string | undefined;

  private readonly precision: Precision;

  constructor(
    private readonly model: PreTrainedModel<object>,
    private readonly tensors: readonly TeacherTensor[],
    /** Where outputs are kept, each dataset's in a folder named by a digest of all that they depend on. */
    private readonly directory: string,
    /** Whether its matrix products are in bf16, which changes what it says a little. */
    private readonly bf16: boolean,
  ) {
    this.precision = new Precision(bf16);
  }

  /**
   * The outputs for every row of a dataset: those on disk, and the missing ones computed now.
   *
   * @param collate  the batch of some rows, as the teacher reads them
   */
  async outputs(dataset: TrainerDataset, collate: (indices: Int32Array) => Batch): Promise<TeacherStore> {
    await this.precision.prepare();
    const store = new TeacherStore(path.join(this.directory, await this.digest(dataset)), this.tensors);
    const shards = Math.ceil(dataset.length / ROWS_PER_SHARD);
    const progress = startProgress({ label: "Asking the teacher", total: dataset.length, unit: "rows" });
    try {
      for (let shard = 0; shard < shards; shard++) {
        const first = shard * ROWS_PER_SHARD;
        const end = Math.min(first + ROWS_PER_SHARD, dataset.length);
        if (!(await store.open(shard))) {
          const computed = await this.rows(first, end, collate, (done) => progress.update(done));
          await store.write(shard, computed);
          await store.open(shard);
        }
        progress.update(end);
      }
    } finally {
      progress.finish();
    }
    return store;
  }

  private async rows(
    first: number,
    end: number,
    collate: (indices: Int32Array) => Batch,
    onProgress: (done: number) => void,
  ): Promise<TeacherRows> {
    const lengths: number[] = [];
    const parts = new Map<string, Float32Array[]>(this.tensors.map(({ name }) => [name, []]));
    for (let start = first; start < end; start += BATCH_SIZE) {
      const rows = Math.min(BATCH_SIZE, end - start);
      const batch = collate(Int32Array.from({ length: rows }, (_, i) => start + i));
      const packed = packBatch(batch);
      const found = this.precision.run(() => tf.tidy(() => this.answer(batch, packed)));
      for (let row = 0; row < rows; row++) lengths.push(packed.layout.length(row));
      for (const { name } of this.tensors) parts.get(name)!.push((await found[name]!.data()) as Float32Array);
      tf.dispose([found, batch]);
      onProgress(start + rows);
      await nextTurn();
    }
    return { lengths, values: new Map(Array.from(parts, ([name, each]) => [name, joined(each)])) };
  }

  /** The tensors that are kept, for one batch. */
  private answer(batch: Batch, packed: PackedBatch): Record<string, tf.Tensor> {
    const names = new Set(this.tensors.map(({ name }) => name));
    const { model } = this;
    const encoded = model.eval().encode(packed, { outputProjections: true });
    const all: Record<string, tf.Tensor> = {};
    for (const [layer, states] of encoded.hiddenStates.entries()) all[hiddenStatesOf(layer)] = states;
    if (encoded.poolerOutput) all[POOLER_OUTPUT] = encoded.poolerOutput;
    for (const [index, projections] of encoded.projections!.entries()) {
      for (const which of PROJECTIONS) all[projectionOf(which, index + 1)] = projections[which];
    }
    if (names.has(LOGITS)) {
      const inputs = { ...batch, labels: undefined } as TaskInputs;
      const { logits } = model.readOut(encoded, packed, inputs, {}) as Partial<ModelOutput>;
      // Those of tokens, a vocabulary's worth each, are too many to be kept.
      if (logits?.rank === 2) all[LOGITS] = logits;
    }
    const missing = this.tensors.find(({ name }) => !Object.hasOwn(all, name));
    if (missing) {
      const what =
        missing.name === LOGITS ? "softLabels: it gives no logits for a text" : "pooled: it has no pooler";
      throw new ConfigError(
        `DistillationTrainer: the teacher, a ${model.architecture}, cannot teach ${what}.`,
      );
    }
    return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
  }

  /** Of the teacher's weights, the rows and what is kept of them. */
  private async digest(dataset: TrainerDataset): Promise<string> {
    if (this.weightsDigest === undefined) {
      const weights = createHash("sha256");
      for (const [name, { data }] of await this.model.stateDict()) {
        weights.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      }
      this.weightsDigest = weights.digest("hex");
    }
    const hash = createHash("sha256").update(this.weightsDigest);
    hash.update(JSON.stringify([this.model.config.toJson(), this.tensors, ROWS_PER_SHARD, this.bf16]));
    for (let row = 0; row < dataset.length; row++) {
      const { input_ids, token_type_ids, attention_mask } = dataset.at(row);
      for (const ids of [input_ids, token_type_ids, attention_mask] as (ArrayLike<number> | undefined)[]) {
        hash.update(ids ? Int32Array.from(ids) : "none").update(";");
      }
    }
    return hash.digest("hex").slice(0, 16);
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
