import type * as tf from "@tensorflow/tfjs-core";
import type { GraphValue } from "../graph-builder";
import type { Dropout, Linear } from "../layers";
import type { Encoded } from "../model-output";
import type { ModuleGraph } from "../module-graph";
import { SequenceClassificationModel } from "./sequence-classification";

/** A classifier that reads what the body's pooler makes of a sequence. */
export abstract class PooledClassifier extends SequenceClassificationModel {
  abstract readonly dropout: Dropout;
  abstract readonly classifier: Linear;

  protected scores({ poolerOutput }: Encoded): tf.Tensor2D {
    return this.classifier.forward(this.dropout.forward(poolerOutput!));
  }

  protected describeScores(graph: ModuleGraph, states: GraphValue): GraphValue {
    return graph.linear(this.classifier, this.body.describePooled(graph, states));
  }
}
