import type * as tf from "@tensorflow/tfjs-core";
import { geglu } from "../../lib/src/ops/geglu";
import { checkOp, normal } from "./against-reference";
import { gelu } from "./double-precision";

// A width below, and one above, the vectors that the kernels work with.
for (const width of [3, 19]) {
  checkOp(`geglu, ${width} columns`, () => ({
    inputs: [normal([3, 2 * width], 1)],
    op: (x) => geglu(x as tf.Tensor2D),
    reference: (x) =>
      Float64Array.from({ length: 3 * width }, (_, i) => {
        const first = Math.floor(i / width) * 2 * width + (i % width);
        return gelu(x[first]!) * x[first + width]!;
      }),
  }));
}
