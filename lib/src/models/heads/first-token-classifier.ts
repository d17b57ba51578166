import type * as tf from "@tensorflow/tfjs-core";
import { firstTokens } from "../../ops/first-tokens";
import type { GraphValue } from "../graph-builder";
import type { Encoded } from "../model-output";
import type { ModuleGraph } from "../module-graph";
import type { PackedBatch } from "../packed-batch";
import type { ClassificationHead } from "./classification-head";
import { SequenceClassificationModel } from "./sequence-classification";

/** A classifier that reads the first token's last state. */
export abstract class FirstTokenClassifier extends SequenceClassificationModel {
  override readonly sequenceModules = ["classifier"];
  abstract readonly classifier: ClassificationHead;

  protected scores({ hiddenStates }: Encoded, { layout }: PackedBatch): tf.Tensor2D {
    return this.classifier.forward(firstTokens(hiddenStates.at(-1)!, layout));
  }

  protected describeScores(graph: ModuleGraph, states: GraphValue): GraphValue {
    return this.classifier.describe(graph, graph.builder.firstToken(states));
  }
}
