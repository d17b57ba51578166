import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { HostTensor, StateDict } from "../checkpoints/dtypes";
import { writeJson } from "../checkpoints/json";
import { writeSafetensors } from "../checkpoints/safetensors-writer";
import { toFloat32 } from "../checkpoints/float-formats";
import { CheckpointError } from "../errors";
import type { BertConfig } from "./bert/configuration";
import { Module, type ModelContext, type Parameter } from "./module";

/** What every model has: named parameters, a training switch, and a way to and from files. */
export abstract class PreTrainedModel extends Module {
  /** Name of the class in transformers, written to config.json. */
  abstract readonly architecture: string;

  /** In front of the names of the encoder's weights; checkpoints without a head leave it out. */
  abstract readonly baseModelPrefix: string;

  constructor(
    readonly config: BertConfig,
    /** @internal shared with the parts of the model */
    readonly context: ModelContext,
  ) {
    super();
  }

  /** Whether dropout is active. */
  get training(): boolean {
    return this.context.training;
  }

  /** Switches dropout on (or off). */
  train(mode = true): this {
    this.context.training = mode;
    return this;
  }

  /** Switches dropout off. A new or loaded model starts so. */
  eval(): this {
    return this.train(false);
  }

  /** Number of trained numbers. */
  numParameters(): number {
    let count = 0;
    for (const [, parameter] of this.namedParameters()) count += parameter.size;
    return count;
  }

  /** Fills every parameter with new values, drawn from the model's seed. */
  initializeWeights(): this {
    for (const [name, parameter] of this.namedParameters()) parameter.initialize(this.context.seed, name);
    return this;
  }

  /**
   * Takes over weights under exactly the model's own names.
   *
   * @throws CheckpointError if one is missing or has another shape
   */
  loadStateDict(weights: StateDict, source = "the state dict"): this {
    for (const [name, parameter] of this.namedParameters()) {
      const tensor = weights.get(name);
      if (!tensor) throw new CheckpointError(`${source}: has no tensor '${name}'.`);
      setParameter(parameter, tensor, name, source);
    }
    return this;
  }

  /** A copy of every weight, by name. */
  async stateDict(): Promise<StateDict> {
    const weights: StateDict = new Map<string, HostTensor>();
    for (const [name, { value, shape }] of this.namedParameters()) {
      weights.set(name, { dtype: "F32", shape, data: await value.data() });
    }
    return weights;
  }

  /**
   * Writes `config.json` and `model.safetensors` into a folder (made if need be), as transformers does; it reads both.
   * Each file is replaced atomically.
   */
  async savePretrained(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    const config = { ...this.config.toJson(), architectures: [this.architecture], dtype: "float32" };
    await writeJson(path.join(directory, "config.json"), config);
    await writeSafetensors(path.join(directory, "model.safetensors"), await this.stateDict(), {
      format: "pt",
    });
  }

  /** Frees the memory of the weights. The model cannot be used afterwards. */
  dispose(): void {
    for (const [, parameter] of this.namedParameters()) parameter.dispose();
  }
}

/** @throws CheckpointError that names the tensor and both shapes if they differ */
export function setParameter(parameter: Parameter, tensor: HostTensor, name: string, source: string): void {
  if (!sameShape(parameter.shape, tensor.shape)) {
    throw new CheckpointError(
      `${source}: tensor '${name}' has the shape [${tensor.shape.join(", ")}]; ` +
        `the model's config asks for [${parameter.shape.join(", ")}].`,
    );
  }
  parameter.set(toFloat32(tensor));
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
