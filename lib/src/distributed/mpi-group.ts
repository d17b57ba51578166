import { deserialize, serialize } from "node:v8";
import { ConfigError } from "../errors";
import type { Job, Member, MpiAddon, OperationFigures } from "./addon";
import { bytesOf, withLargeArrays, withoutLargeArrays, type LargeArray } from "./large-arrays";
import type { ProcessGroup, Sum, SumOptions } from "./process-group";

/** The ranks of an MPI job. */
export class MpiGroup implements ProcessGroup {
  readonly rank: number;
  readonly size: number;
  readonly isFirst: boolean;
  readonly members: readonly Member[];
  threads: number | undefined;
  private readonly oneEach: Int32Array;
  private bytesSent = 0;

  constructor(
    private readonly addon: MpiAddon,
    { rank, size, members }: Job,
  ) {
    this.rank = rank;
    this.size = size;
    this.isFirst = rank === 0;
    this.members = members;
    this.oneEach = new Int32Array(size).fill(1);
  }

  async sum(purpose: string, vector: Float32Array, options: SumOptions = {}): Promise<Sum> {
    const { halves = false, owner = -1, terms } = options;
    const own = terms?.own ?? [vector];
    const counts = terms ? Int32Array.from(terms.counts) : this.oneEach;
    const figures = this.count(await this.addon.reduce(purpose, vector, own, counts, halves, owner));
    const ended = figures.ended - performance.timeOrigin;
    return { squares: figures.squares, began: ended - 1000 * figures.seconds, ended };
  }

  async broadcastBytes(purpose: string, bytes: Uint8Array, root = 0): Promise<void> {
    this.count(await this.addon.broadcast(purpose, bytes, root));
  }

  async broadcast<T>(purpose: string, value: T, root = 0): Promise<T> {
    const isRoot = this.rank === root;
    const arrays: LargeArray[] = [];
    const bytes = isRoot ? serialize(withoutLargeArrays(value, arrays)) : Buffer.alloc(0);
    const length = new Uint8Array(Float64Array.of(bytes.length).buffer);
    await this.broadcastBytes(purpose, length, root);
    const all = isRoot ? bytes : Buffer.alloc(new Float64Array(length.buffer)[0]!);
    await this.broadcastBytes(purpose, all, root);
    const told = isRoot ? value : (withLargeArrays(deserialize(all), arrays) as T);
    for (const array of arrays) await this.broadcastBytes(purpose, bytesOf(array), root);
    return told;
  }

  async gather<T>(purpose: string, value: T): Promise<T[]> {
    const { parts } = this.count(await this.addon.gather(purpose, serialize(value)));
    if (parts) return parts.map((part) => deserialize(part) as T);
    throw new ConfigError(`What the ranks would exchange for ${purpose} is more than 2 GB.`);
  }

  async barrier(purpose: string): Promise<void> {
    this.count(await this.addon.barrier(purpose));
  }

  tellSignal(signal: number): void {
    this.addon.setSignal(signal);
  }

  toldSignal(): number {
    return this.addon.signal();
  }

  takeBytesSent(): number {
    const { bytesSent } = this;
    this.bytesSent = 0;
    return bytesSent;
  }

  private count<T extends OperationFigures>(figures: T): T {
    this.bytesSent += figures.bytesSent;
    return figures;
  }
}
