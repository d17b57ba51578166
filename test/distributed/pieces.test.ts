import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deserialize, serialize } from "node:v8";
import { agree, type Facts } from "../../lib/src/distributed/agreement";
import {
  bytesOf,
  withLargeArrays,
  withoutLargeArrays,
  type LargeArray,
} from "../../lib/src/distributed/large-arrays";
import { firstThenOthers, onFirst } from "../../lib/src/distributed/on-first";
import { ALONE, type ProcessGroup } from "../../lib/src/distributed/process-group";
import { rangeOf } from "../../lib/src/distributed/share";
import { CheckpointError, ConfigError } from "../../lib/src/errors";

function newRound() {
  let release = () => {};
  const done = new Promise<void>((resolve) => (release = resolve));
  return { values: [] as unknown[], arrived: 0, done, release: () => release() };
}

/** Ranks of one process that wait for each other: what they gather and broadcast goes through structured cloning, as by MPI. */
function localRanks(size: number): ProcessGroup[] {
  const rounds: ReturnType<typeof newRound>[] = [];
  const next = new Array<number>(size).fill(0);
  const meet = async (rank: number, value: unknown): Promise<unknown[]> => {
    const round = (rounds[next[rank]!++] ??= newRound());
    round.values[rank] = deserialize(serialize(value));
    if (++round.arrived === size) round.release();
    await round.done;
    return round.values;
  };
  return Array.from({ length: size }, (_, rank) => ({
    ...ALONE,
    ...{ rank, size, isFirst: rank === 0 },
    members: Array.from({ length: size }, (_, pid) => ({ host: `host${pid}`, pid })),
    gather: async <T>(_purpose: string, value: T) => (await meet(rank, value)) as T[],
    broadcast: async <T>(_purpose: string, value: T, root = 0) => (await meet(rank, value))[root] as T,
    async barrier() {
      await meet(rank, null);
    },
  }));
}

/** What becomes of each rank. */
const onAll = (size: number, body: (group: ProcessGroup) => Promise<unknown>) =>
  Promise.allSettled(localRanks(size).map(body));

describe("ranges", () => {
  test("cover a sequence, as equal as can be", () => {
    for (const [length, parts] of [
      [10, 3],
      [2, 4],
      [0, 2],
      [33, 8],
      [7, 7],
    ] as const) {
      const ranges = Array.from({ length: parts }, (_, part) => rangeOf(length, part, parts));
      assert.equal(ranges[0]!.from, 0);
      assert.equal(ranges.at(-1)!.to, length);
      ranges.slice(1).forEach(({ from }, index) => assert.equal(from, ranges[index]!.to));
      const sizes = ranges.map(({ from, to }) => to - from);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1, sizes.join());
    }
  });
});

describe("large arrays", () => {
  test("of every type, wherever they stand, come back as they were", () => {
    const shared = new Float32Array(40_000).fill(2.5).subarray(100, 30_000);
    const value = {
      map: new Map<string, unknown>([
        ["weights", { dtype: "F32", data: shared }],
        ["ids", new BigInt64Array(20_000).fill(-7n)],
      ]),
      list: [new Uint8Array(100_000).fill(9), new Int16Array(3), null, undefined, NaN],
      small: new Float32Array([1, 2]),
      bytes: Buffer.alloc(70_000, 3),
    };
    const arrays: LargeArray[] = [];
    const told = deserialize(serialize(withoutLargeArrays(value, arrays))) as unknown;
    assert.equal(arrays.length, 3);
    const places: LargeArray[] = [];
    const back = withLargeArrays(told, places) as typeof value;
    places.forEach((place, index) => bytesOf(place).set(bytesOf(arrays[index]!)));
    assert.deepEqual({ ...back, bytes: [...back.bytes] }, { ...value, bytes: [...value.bytes] });
  });
});

describe("agreement", () => {
  const facts = (group: ProcessGroup, odd?: Facts): Facts => ({
    version: "1",
    rows: 5,
    ...(group.rank === 2 && odd),
  });

  test("is silent where all is the same", async () => {
    const ends = await onAll(3, (group) => agree(group, "x", facts(group)));
    assert.ok(ends.every(({ status }) => status === "fulfilled"));
  });

  test("names rank, host and what differs, on all ranks", async () => {
    const ends = await onAll(3, (group) => agree(group, "x", facts(group, { rows: 6, seed: null })));
    for (const end of ends) {
      assert.ok(end.status === "rejected" && end.reason instanceof ConfigError);
      assert.match(end.reason.message, /^Rank 2 \(process 2 on host2\) would not train what rank 0 does: /);
      assert.match(end.reason.message, /rows is 6 there and 5 on rank 0/);
    }
  });
});

describe("the first process", () => {
  test("does something for all", async () => {
    const ran: number[] = [];
    const ends = await onAll(3, (group) => {
      return onFirst(group, "x", () => {
        ran.push(group.rank);
        return new Map([["a", 1]]);
      });
    });
    assert.deepEqual(ran, [0]);
    for (const end of ends) assert.deepEqual(end.status === "fulfilled" && end.value, new Map([["a", 1]]));
  });

  test("fails for all, itself with its own error", async () => {
    const ends = await onAll(2, (group) => {
      return onFirst(group, "x", () => Promise.reject(new CheckpointError("out/checkpoint-7: is damaged.")));
    });
    const reasons = ends.map((end) => (end.status === "rejected" ? (end.reason as Error) : undefined));
    assert.deepEqual(
      reasons.map((reason) => reason?.message),
      ["out/checkpoint-7: is damaged.", "out/checkpoint-7: is damaged."],
    );
    assert.ok(reasons[0] instanceof CheckpointError);
  });

  test("goes before the others", async () => {
    const order: string[] = [];
    await onAll(3, (group) => {
      return firstThenOthers(group, "x", async () => {
        order.push(`begin ${group.isFirst}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
        order.push(`end ${group.isFirst}`);
      });
    });
    assert.deepEqual(order.slice(0, 2), ["begin true", "end true"]);
    assert.equal(order.length, 6);
  });
});
