import * as tf from "@tensorflow/tfjs-core";
import { currentEngine } from "../../lib/src/engines/engines";
import type { PreTrainedModel, TaskInputs } from "../../lib/src/index";
import { flatten, largestDifference, type Check, type Nested } from "./check";
import type { ReferenceData } from "./data";
import type { Forward } from "./reference";

const ACTIVATIONS_BOUND = 1e-5;

/** Of logits from products of bf16 operands, which have eight bits, against the reference's f32. */
const BF16_BOUND = 3e-2;

/** The tokenizer's ids and mask of the sentences against those of the reference. */
export async function checkTokens(forward: Forward, data: ReferenceData): Promise<Check[]> {
  const { sentences, input_ids, attention_mask } = forward;
  if (!sentences || data.lacks()) return [];
  const tokenizer = await data.tokenizer();
  const encoding = tokenizer(sentences, { truncation: true, maxLength: 512, padding: true });
  const check = (name: string, actual: number[][], expected: number[][]): Check => ({
    name,
    deviation: largestDifference(actual.flat(), expected.flat()),
    bound: 0,
    note: `${expected.length} sentences`,
  });
  const checks = [check("token ids", encoding.input_ids, input_ids)];
  if (attention_mask) checks.push(check("attention mask", encoding.attention_mask, attention_mask));
  return checks;
}

/** The batch of the forward pass; the caller disposes of it. */
export function forwardInputs(forward: Forward): TaskInputs {
  const { input_ids, attention_mask, token_type_ids, labels, start_positions, end_positions } = forward;
  const matrix = (values: number[][]) => tf.tensor<tf.Rank.R2>(values, undefined, "int32");
  return {
    input_ids: matrix(input_ids),
    ...(attention_mask && { attention_mask: matrix(attention_mask) }),
    ...(token_type_ids && { token_type_ids: matrix(token_type_ids) }),
    ...(start_positions && { start_positions: tf.tensor1d(start_positions, "int32") }),
    ...(end_positions && { end_positions: tf.tensor1d(end_positions, "int32") }),
    ...(labels && { labels: tf.tensor(labels, undefined, "int32") as tf.Tensor1D | tf.Tensor2D }),
  };
}

/** Logits, loss, pooler output and the first token's states, as far as the reference has them. */
export async function checkForward(model: PreTrainedModel, forward: Forward): Promise<Check[]> {
  const compared: { name: string; actual: tf.Tensor | undefined; expected: Nested }[] = [];
  const compare = (name: string, actual: tf.Tensor | undefined, expected: Nested | undefined) => {
    if (expected !== undefined) compared.push({ name, actual: actual && tf.keep(actual), expected });
  };
  tf.tidy(() => {
    const output = model.forward(forwardInputs(forward), { outputHiddenStates: true });
    const { logits, expected } = comparableLogits(model, forward);
    compare("logits", logits, expected);
    compare("loss", output.loss, forward.loss);
    compare("pooler output", output.poolerOutput, forward.pooler_output);
    const count = Math.max(output.hiddenStates!.length, forward.hidden_state_cls?.length ?? 0);
    for (let i = 0; forward.hidden_state_cls && i < count; i++) {
      const states = output.hiddenStates![i];
      const first = states && tf.squeeze(tf.slice(states, [0, 0, 0], [-1, 1, -1]), [1]);
      compare(
        i === 0 ? "CLS state after the embeddings" : `CLS state after layer ${i}`,
        first,
        forward.hidden_state_cls[i] ?? [],
      );
    }
  });
  const checks: Check[] = [];
  for (const { name, actual, expected } of compared) {
    checks.push({
      name,
      deviation: largestDifference((await actual?.data()) ?? [], flatten(expected)),
      bound: ACTIVATIONS_BOUND,
      note: `[${actual?.shape.join(", ")}]`,
    });
    actual?.dispose();
  }
  return checks;
}

/** Logits of the model and of the reference. Of tokens only those that are none of padding: there PyTorch computes on. */
function comparableLogits(
  model: PreTrainedModel,
  forward: Forward,
): { logits: tf.Tensor; expected?: Nested } {
  const { logits } = model.forward(forwardInputs({ ...forward, labels: undefined }));
  if (logits.rank === 2) return { logits, expected: forward.logits };
  const isToken = forward.input_ids.flatMap((row, i) =>
    row.map((_, j) => forward.attention_mask?.[i]?.[j] !== 0),
  );
  const places = isToken.flatMap((token, place) => (token ? [place] : []));
  const flat = tf.reshape(logits, [isToken.length, -1]);
  const rows = (forward.logits as Nested[] | undefined)?.flat();
  return {
    logits: tf.gather(flat, tf.tensor1d(places, "int32")),
    expected: rows && places.map((place) => rows[place]!),
  };
}

/** Logits with matrix products in bf16, on engines that have them. */
export async function checkBf16(model: PreTrainedModel, forward: Forward): Promise<Check[]> {
  const engine = await currentEngine();
  if (!engine.supportsBf16 || forward.logits === undefined) return [];
  const before = engine.setMatMulPrecision!("bf16");
  try {
    return tf.tidy(() => {
      const { logits, expected } = comparableLogits(model, forward);
      const deviation = largestDifference(logits.dataSync(), flatten(expected!));
      return [{ name: "logits in bf16", deviation, bound: BF16_BOUND, note: `${logits.size} of them` }];
    });
  } finally {
    engine.setMatMulPrecision!(before);
  }
}
