import type { GraphBuilder, GraphValue } from "../graph-builder";
import type { BertConfig } from "./configuration";

// BERT once more, as modeling.ts has it, in the words of a graph builder.

/** @returns the last states, [batch, length, hidden] */
export function bertStates(graph: GraphBuilder, config: BertConfig): GraphValue {
  const { hiddenSize, layerNormEps, numAttentionHeads: heads, numHiddenLayers } = config;
  const embeddings = graph.within("embeddings");
  const words = embeddings.embedding("word_embeddings.weight", graph.inputIds);
  const types = embeddings.embedding("token_type_embeddings.weight", graph.tokenTypeIds);
  const positions = embeddings.positions("position_embeddings.weight");
  const embedded = embeddings.add(embeddings.add(words, types), positions);
  let x = embeddings.layerNorm("LayerNorm", embedded, layerNormEps);
  for (let i = 0; i < numHiddenLayers; i++) {
    const layer = graph.within(`encoder.layer.${i}`);
    const self = layer.within("attention.self");
    const [query, key, value] = ["query", "key", "value"].map((name) => self.linear(name, x));
    const context = self.attention(query!, key!, value!, { heads, hiddenSize });
    const attended = bertOutput(layer.within("attention.output"), context, x, layerNormEps);
    const wide = layer.linear("intermediate.dense", attended, "gelu");
    x = bertOutput(layer.within("output"), wide, attended, layerNormEps);
  }
  return x;
}

/** How both halves of a layer end. */
function bertOutput(part: GraphBuilder, x: GraphValue, residual: GraphValue, eps: number): GraphValue {
  return part.layerNorm("LayerNorm", part.add(part.linear("dense", x), residual), eps);
}

/** What stands for the sequence, [batch, hidden]. */
export function bertPooled(graph: GraphBuilder, states: GraphValue): GraphValue {
  return graph.linear("pooler.dense", graph.firstToken(states), "tanh");
}
