import * as tf from "@tensorflow/tfjs-core";
import { SequenceLayout } from "../../../lib/src/ops/packed-sequences";
import { attentionRelationLoss } from "../../../lib/src/training/distillation/attention-relation-loss";
import { cosineDistance } from "../../../lib/src/training/distillation/cosine-distance";
import { softLabelLoss } from "../../../lib/src/training/distillation/soft-label-loss";
import { checkOp, normal } from "../../ops/against-reference";

const softmax = (values: readonly number[]) => {
  const exps = values.map((value) => Math.exp(value - Math.max(...values)));
  const sum = exps.reduce((total, value) => total + value, 0);
  return exps.map((value) => value / sum);
};
const divergence = (p: readonly number[], q: readonly number[]) =>
  p.reduce((sum, value, i) => sum + value * Math.log(value / q[i]!), 0);
const row = (x: Float64Array, index: number, width: number) =>
  Array.from(x.subarray(index * width, (index + 1) * width));
const constant = (input: ReturnType<typeof normal>) =>
  tf.tensor2d(Float32Array.from(input.values), input.shape as [number, number]);

checkOp("softLabelLoss", () => {
  const teacher = normal([4, 3], 2);
  return {
    inputs: [normal([4, 3], 1)],
    op: (student) => softLabelLoss(student as tf.Tensor2D, constant(teacher), 2.5),
    reference: (student) => {
      const soft = (x: Float64Array, i: number) => softmax(row(x, i, 3).map((value) => value / 2.5));
      const losses = [0, 1, 2, 3].map((i) => divergence(soft(teacher.values, i), soft(student, i)));
      return Float64Array.of((2.5 ** 2 * losses.reduce((sum, loss) => sum + loss, 0)) / 4);
    },
  };
});

checkOp("cosineDistance", () => {
  const other = normal([5, 4], 2);
  return {
    inputs: [normal([5, 4], 1)],
    op: (x) => cosineDistance(x as tf.Tensor2D, constant(other)),
    reference: (x) => {
      const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
      const cosines = [0, 1, 2, 3, 4].map((i) => {
        const [a, b] = [row(x, i, 4), row(other.values, i, 4)] as const;
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
      });
      return Float64Array.of(1 - cosines.reduce((sum, value) => sum + value, 0) / 5);
    },
  };
});

checkOp("attentionRelationLoss", () => {
  const layout = new SequenceLayout(Int32Array.of(0, 3, 4, 6));
  const [heads, own, wide] = [2, 4, 6] as const;
  const teacher = normal([6, wide], 2);
  return {
    inputs: [normal([6, own], 1)],
    op: (student) => attentionRelationLoss(student as tf.Tensor2D, constant(teacher), layout, heads),
    reference: (student) => {
      const relation = (x: Float64Array, width: number, token: number, tokens: number[], head: number) => {
        const size = width / heads;
        const part = (index: number) => row(x, index, width).slice(head * size, (head + 1) * size);
        const a = part(token);
        return softmax(
          tokens.map(
            (other) => part(other).reduce((sum, value, i) => sum + value * a[i]!, 0) / Math.sqrt(size),
          ),
        );
      };
      let sum = 0;
      for (let s = 0; s < layout.count; s++) {
        const tokens = Array.from({ length: layout.length(s) }, (_, i) => layout.offsets[s]! + i);
        for (let head = 0; head < heads; head++) {
          for (const token of tokens) {
            sum += divergence(
              relation(teacher.values, wide, token, tokens, head),
              relation(student, own, token, tokens, head),
            );
          }
        }
      }
      return Float64Array.of(sum / (heads * 6));
    },
  };
});
