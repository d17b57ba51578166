import assert from "node:assert/strict";
import { test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { keepLayers, keepTokens } from "../../lib/src/models/prune";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { BertForMaskedLM } from "../../lib/src/models/bert/for-masked-lm";
import { onEachEngine } from "../engine";
import { assertClose } from "../ops/against-reference";
import { batchOf, tinyBert, TINY } from "./tiny-bert";

onEachEngine("pruning", () => {
  test("keepLayers takes whole layers, in the order asked for", async () => {
    const model = tinyBert({ numHiddenLayers: 3 });
    const short = await keepLayers(model, [2, 0]);
    assert.equal(short.config.numHiddenLayers, 2);
    const [whole, kept] = [await model.stateDict(), await short.stateDict()];
    for (const [name, { data }] of kept) {
      const origin = name.replace(/layer\.(\d)/, (_, layer: string) => `layer.${[2, 0][Number(layer)]}`);
      assert.deepEqual(data, whole.get(origin)!.data, name);
    }
    await assert.rejects(keepLayers(model, [0, 3]), /3 is no layer of this model; it has 0 … 2/);
    for (const each of [model, short]) each.dispose();
  });

  test("a model of fewer tokens says the same of those that it kept", async () => {
    const ids = [0, 3, 2, 9, 7, 5];
    const model = tinyBert();
    const small = await keepTokens(model, ids);
    assert.deepEqual([small.config.vocabSize, small.config.padTokenId], [6, 0]);
    const [old, renumbered] = [
      [2, 7, 9, 5, 3],
      [2, 4, 3, 5, 1],
    ];
    tf.tidy(() => {
      const expected = model.forward(batchOf([old])).logits.dataSync();
      assertClose(small.forward(batchOf([renumbered])).logits.dataSync(), expected, 1e-7);
    });
    await assert.rejects(keepTokens(model, [0, 30]), /30 is none of the model's 30 ids/);
    for (const each of [model, small]) each.dispose();
  });

  test("a masked language model's scores go with its tokens", async () => {
    const config = new BertConfig({ ...TINY, initializerRange: 0.3 });
    const model = new BertForMaskedLM(config, 5).initializeWeights();
    const ids = [0, 3, 2, 9, 7, 5];
    const small = await keepTokens(model, ids);
    tf.tidy(() => {
      const all = model.forward(batchOf([[2, 7, 3]])).logits.arraySync() as number[][][];
      const kept = small.forward(batchOf([[2, 4, 1]])).logits.arraySync() as number[][][];
      for (const place of [0, 1, 2]) {
        assertClose(
          kept[0]![place]!,
          ids.map((id) => all[0]![place]![id]!),
          1e-6,
        );
      }
    });
    for (const each of [model, small]) each.dispose();
  });
});
