import { Linear } from "../layers";
import { Module } from "../module";
import type { EncoderConfig } from "./configuration";

/** Where BERT and most of its kin keep the layer that makes of the first token's last state what stands for the sequence. */
export class Pooler extends Module {
  readonly dense: Linear;

  constructor({ hiddenSize, initializerRange }: EncoderConfig) {
    super();
    this.dense = new Linear(hiddenSize, hiddenSize, initializerRange);
  }
}
