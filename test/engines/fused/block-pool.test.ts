import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockPool } from "../../../lib/src/engines/fused/block-pool";

const SEGMENT = 128 * 2 ** 20;

function poolOf(maxIdleBytes = Infinity): { pool: BlockPool; segments: Uint8Array[] } {
  const segments: Uint8Array[] = [];
  const allocate = (bytes: number) => {
    const segment = new Uint8Array(bytes);
    segments.push(segment);
    return segment;
  };
  const pool = new BlockPool({ allocate }, maxIdleBytes);
  return { pool, segments };
}

test("blocks do not overlap, and what is released is given out again", () => {
  const { pool, segments } = poolOf();
  const blocks = [1000, 256, 5000].map((bytes) => pool.take(bytes));
  const sorted = [...blocks].sort((a, b) => a.offset - b.offset);
  for (const [i, block] of sorted.entries()) {
    assert.equal(block.offset % 256, 0);
    if (i > 0) assert.ok(sorted[i - 1]!.offset + sorted[i - 1]!.bytes <= block.offset);
  }
  pool.release(blocks[1]!);
  assert.equal(pool.take(200).offset, blocks[1]!.offset, "the smallest gap that is large enough");
  assert.equal(segments.length, 1);
});

test("released neighbours become one gap, in whatever order they are released", () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [0, 2, 1],
    [1, 0, 2],
  ]) {
    const { pool, segments } = poolOf();
    const third = Math.floor(SEGMENT / 3 / 256) * 256;
    const blocks = [third, third, third].map((bytes) => pool.take(bytes));
    for (const index of order) pool.release(blocks[index]!);
    pool.take(3 * third);
    assert.equal(segments.length, 1);
    assert.equal(pool.usedBytes, 3 * third);
  }
});

test("a block that is larger than a segment gets one of its own", () => {
  const { pool, segments } = poolOf();
  pool.take(SEGMENT + 1);
  assert.equal(segments.length, 1);
  assert.ok(segments[0]!.byteLength > SEGMENT);
});

test("segments without blocks go back on request, and by themselves beyond the bound", () => {
  const { pool, segments } = poolOf();
  const block = pool.take(1000);
  const other = pool.take(SEGMENT);
  pool.release(other);
  assert.equal(pool.reservedBytes, 2 * SEGMENT);
  pool.trim();
  assert.equal(pool.reservedBytes, SEGMENT);
  assert.ok(pool.owns(segments[0]!.buffer) && !pool.owns(segments[1]!.buffer));
  pool.release(block);
  pool.trim();
  assert.equal(pool.reservedBytes, 0);

  const bounded = poolOf(SEGMENT);
  const blocks = [pool, bounded.pool].map(() => bounded.pool.take(SEGMENT));
  blocks.forEach((block) => bounded.pool.release(block));
  assert.ok(bounded.pool.reservedBytes - bounded.pool.usedBytes <= SEGMENT);
});
