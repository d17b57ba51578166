import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { readJson, writeJson } from "../../lib/src/checkpoints/json";
import { checkpointError, temporaryFolder } from "./support";

test("JSON is written as transformers writes it and read back", async (context) => {
  const file = path.join(temporaryFolder(context), "config.json");
  await writeJson(file, { id2label: { 0: "négatif" }, layers: [1] });
  assert.equal(
    readFileSync(file, "utf8"),
    '{\n  "id2label": {\n    "0": "négatif"\n  },\n  "layers": [\n    1\n  ]\n}\n',
  );
  assert.deepEqual(await readJson(file), { id2label: { 0: "négatif" }, layers: [1] });
});

test("missing and damaged files are named", async (context) => {
  const file = path.join(temporaryFolder(context), "config.json");
  await assert.rejects(readJson(file), checkpointError(/config\.json: cannot be read: ENOENT/));
  writeFileSync(file, '{"a": }');
  await assert.rejects(readJson(file), checkpointError(/config\.json: is not valid JSON/));
});
