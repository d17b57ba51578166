import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { BertConfig, type BertConfigOptions } from "../../lib/src/models/bert/configuration";
import { BertForSequenceClassification } from "../../lib/src/models/bert/for-sequence-classification";

/** Two layers of 8 columns over a vocabulary of 30. */
export const TINY: BertConfigOptions = {
  vocabSize: 30,
  hiddenSize: 8,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  intermediateSize: 16,
  maxPositionEmbeddings: 12,
};

/** A tiny model with new weights, large enough that each one matters. */
export function tinyBert(options: BertConfigOptions = {}, seed = 5): BertForSequenceClassification {
  const config = new BertConfig({ ...TINY, initializerRange: 0.3, ...options });
  return new BertForSequenceClassification(config, seed).initializeWeights();
}

/** Rows of ids, padded with 0. */
export function batchOf(rows: number[][], length = Math.max(...rows.map((row) => row.length))) {
  const padded = (value: (row: number[], i: number) => number) =>
    tf.tensor2d(
      rows.map((row) => Array.from({ length }, (_, i) => (i < row.length ? value(row, i) : 0))),
      undefined,
      "int32",
    );
  return { input_ids: padded((row, i) => row[i]!), attention_mask: padded(() => 1) };
}

/** A new folder, removed after the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-models-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the body and returns what it warned of. */
export async function warningsOf(body: () => Promise<unknown>): Promise<string[]> {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (line: string) => void warnings.push(line);
  try {
    await body();
  } finally {
    console.warn = warn;
  }
  return warnings;
}
