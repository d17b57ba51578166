import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { AutoConfig } from "../../lib/src/models/auto";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { BertModel } from "../../lib/src/models/bert/modeling";
import { startEngine } from "../engine";
import { tearDown, type Owner } from "../teardown";

const REAL = path.resolve(__dirname, "../../data/bert-3x384");

/** A BERT of two layers of 64 with the vocabulary of the embedded one: small enough for a graphics device that a program plays. */
export async function tinyCheckpoint(t: Owner): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-tiny-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  await startEngine("wasm");
  const { vocabSize } = await AutoConfig.fromPretrained(REAL);
  const config = new BertConfig({
    ...{ vocabSize, hiddenSize: 64, numHiddenLayers: 2, numAttentionHeads: 2, intermediateSize: 128 },
  });
  const model = new BertModel(config, 42).initializeWeights();
  await model.savePretrained(folder);
  model.dispose();
  for (const file of ["tokenizer.json", "tokenizer_config.json"])
    cpSync(path.join(REAL, file), path.join(folder, file));
  return folder;
}
