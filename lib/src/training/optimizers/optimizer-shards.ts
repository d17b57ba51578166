import * as tf from "../../tfjs";
import type { ProcessGroup } from "../../distributed/process-group";
import { memoryToChange, memoryToRead } from "../../engines/fused/adopt";
import type { HostTensor, StateDict } from "../../checkpoints/dtypes";
import type { Parameter } from "../../models/module";
import { isTable, UNIT_ELEMENTS } from "../step/gradient-reduction";
import type { TrainingArguments } from "../training-arguments";
import type { Optimizer } from "./optimizer";

/**
 * Which rank keeps the optimizer's state of which parameters, and updates them: each one of some, so that none needs memory for all.
 *
 * @see Rajbhandari et al. 2020, "ZeRO: memory optimizations toward training trillion parameter models", stage 1
 */
export class OptimizerShards {
  private readonly owners = new Map<string, number>();

  constructor(
    private readonly group: ProcessGroup,
    private readonly optimizer: Optimizer,
  ) {
    const loads = new Array<number>(group.size).fill(0);
    // Few of a table's rows change in a step; all ranks update it, and none has to send it.
    const sharded = [...optimizer.parameters()].filter(([, { shape }]) => !isTable(shape));
    // The largest first, each to who has least.
    for (const [name, { size }] of sharded.sort(([, a], [, b]) => b.size - a.size)) {
      const owner = loads.indexOf(Math.min(...loads));
      this.owners.set(name, owner);
      loads[owner]! += size;
    }
    optimizer.restrictTo((name) => (this.ownerOf(name) ?? group.rank) === group.rank);
  }

  /** The rank that updates a parameter; undefined where all do. */
  ownerOf(name: string): number | undefined {
    return this.owners.get(name);
  }

  /** After an update: every parameter from its owner to all. */
  async exchange(): Promise<void> {
    const { group, optimizer } = this;
    const together: [string, Parameter][][] = Array.from({ length: group.size }, () => []);
    const sent: Promise<void>[] = [];
    for (const [name, parameter] of optimizer.parameters()) {
      const owner = this.ownerOf(name);
      if (owner === undefined) continue;
      if (parameter.size < UNIT_ELEMENTS) together[owner]!.push([name, parameter]);
      else sent.push(this.sendInPlace(name, parameter, owner));
    }
    for (const [owner, parameters] of together.entries()) {
      if (parameters.length > 0) sent.push(this.sendTogether(parameters, owner));
    }
    await Promise.all(sent);
  }

  /** From memory to memory, where the engine lets others work in it. */
  private async sendInPlace(name: string, parameter: Parameter, owner: number): Promise<void> {
    const isOurs = owner === this.group.rank;
    const memory = isOurs ? memoryToRead(parameter.value) : memoryToChange(parameter.value);
    if (!memory) return await this.sendTogether([[name, parameter]], owner);
    await this.broadcast(name, memory, owner);
  }

  private async sendTogether(parameters: readonly [string, Parameter][], owner: number): Promise<void> {
    const isOurs = owner === this.group.rank;
    const vector = new Float32Array(parameters.reduce((sum, [, { size }]) => sum + size, 0));
    let at = 0;
    for (const [, { value, size }] of isOurs ? parameters : []) {
      vector.set(memoryToRead(value), at);
      at += size;
    }
    await this.broadcast(parameters[0]![0], vector, owner);
    for (const [, { value, shape, size }] of isOurs ? [] : parameters) {
      const values = vector.slice(at, at + size);
      tf.tidy(() => value.assign(tf.tensor(values, shape)));
      at += size;
    }
  }

  private async broadcast(
    name: string,
    { buffer, byteOffset, byteLength }: Float32Array,
    owner: number,
  ): Promise<void> {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    await this.group.broadcastBytes(`the update of ${name}`, bytes, owner);
  }

  /** The optimizer's whole state, on every rank. */
  async stateDict(): Promise<StateDict> {
    const { group } = this;
    const own = await this.optimizer.stateDict();
    const all: StateDict = new Map<string, HostTensor>();
    const names = await group.gather("the optimizer's state", [...own.keys()]);
    const owners = new Map(names.flatMap((each, rank) => each.map((name) => [name, rank] as const)));
    for (const name of [...owners.keys()].sort()) {
      const tensor = await group.broadcast(`the optimizer's state, ${name}`, own.get(name), owners.get(name));
      all.set(name, tensor!);
    }
    return all;
  }
}

/** The shards of a run, where its arguments ask for them and there is somebody to share with. */
export const shardsOf = (group: ProcessGroup, optimizer: Optimizer, { shardOptimizer }: TrainingArguments) =>
  shardOptimizer && group.size > 1 ? new OptimizerShards(group, optimizer) : undefined;
