import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { DebertaV2Config } from "../../../lib/src/models/deberta-v2/configuration";
import { distanceRows } from "../../../lib/src/models/deberta-v2/distances";

const FIXTURE = path.resolve(__dirname, "../../fixtures/models/relative_positions.json");

interface Kinds {
  position_buckets: number;
  max_position: number;
  kinds: number[];
}

const { deberta } = JSON.parse(readFileSync(FIXTURE, "utf8")) as { deberta: Kinds[] };

for (const { position_buckets: positionBuckets, max_position: maxRelativePositions, kinds } of deberta) {
  test(`rows of ${positionBuckets} kinds up to ${maxRelativePositions} are transformers'`, () => {
    const config = new DebertaV2Config({ relativeAttention: true, positionBuckets, maxRelativePositions });
    const expected = kinds.map((kind) =>
      Math.min(Math.max(kind + positionBuckets, 0), 2 * positionBuckets - 1),
    );
    assert.deepEqual([...distanceRows((kinds.length + 1) / 2, config)], expected);
  });
}

test("without kinds each distance has a row, and the farthest share the last", () => {
  const config = new DebertaV2Config({ relativeAttention: true, maxRelativePositions: 3 });
  assert.deepEqual([...distanceRows(5, config)], [0, 0, 1, 2, 3, 4, 5, 5, 5]);
});
