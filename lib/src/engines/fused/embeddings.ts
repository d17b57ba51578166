import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { FusedKernel } from "./fused-kernel";
import { sumRows } from "./take-rows";

type Tables = "word" | "position" | "tokenType" | "ids" | "positions" | "tokenTypes";

/** See ops/embeddings-layer-norm.ts. */
export const embeddingsLayerNorm: FusedKernel<Tables | "gamma" | "beta"> = {
  name: "EmbeddingsLayerNorm",
  compute(backend, inputs, { eps }) {
    const tokens = inputs.ids.shape[0]!;
    const hidden = inputs.word.shape[1]!;
    const out = backend.allocate([tokens, hidden]);
    backend.library.embeddingsLayerNorm(
      backend.float32(out),
      backend.float32Rows(inputs.word, backend.int32(inputs.ids)),
      backend.float32(inputs.position),
      backend.float32(inputs.tokenType),
      backend.int32(inputs.ids),
      backend.int32(inputs.positions),
      backend.int32(inputs.tokenTypes),
      backend.float32(inputs.gamma),
      backend.float32(inputs.beta),
      tokens,
      hidden,
      eps as number,
    );
    return out;
  },
};

export const embeddingsLayerNormGradient: FusedKernel<Tables | "dy" | "gamma"> = {
  name: "EmbeddingsLayerNormGrad",
  compute(backend, inputs, { eps, paddingId }) {
    const [tokens, hidden] = inputs.dy.shape as [number, number];
    const dsum = backend.allocate([tokens, hidden]);
    const dgamma = backend.allocate([hidden]);
    const dbeta = backend.allocate([hidden]);
    backend.library.embeddingsLayerNormGradient(
      backend.float32(dsum),
      backend.float32(dgamma),
      backend.float32(dbeta),
      backend.float32(inputs.dy),
      backend.float32Rows(inputs.word, backend.int32(inputs.ids)),
      backend.float32(inputs.position),
      backend.float32(inputs.tokenType),
      backend.int32(inputs.ids),
      backend.int32(inputs.positions),
      backend.int32(inputs.tokenTypes),
      backend.float32(inputs.gamma),
      tokens,
      hidden,
      eps as number,
    );
    const tableShape = ({ shape }: TensorInfo) => shape as [number, number];
    const word = sumRows(backend, tableShape(inputs.word), inputs.ids, dsum, paddingId as number);
    const position = sumRows(backend, tableShape(inputs.position), inputs.positions, dsum, -1);
    const tokenType = sumRows(backend, tableShape(inputs.tokenType), inputs.tokenTypes, dsum, -1);
    backend.disposeIntermediateTensorInfo(dsum);
    return [word, position, tokenType, dgamma, dbeta];
  },
};
