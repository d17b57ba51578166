import assert from "node:assert/strict";
import { test } from "node:test";
import { tearDown } from "./teardown";

test("what came last is undone first, whatever becomes of the others", async () => {
  const hooks: (() => Promise<void>)[] = [];
  const owner = { after: (end: () => Promise<void>) => void hooks.push(end) };
  const done: string[] = [];
  tearDown(owner, () => void done.push("folder"));
  tearDown(owner, () => {
    throw new Error("not empty");
  });
  tearDown(owner, () => Promise.resolve(void done.push("server")));
  assert.equal(hooks.length, 1);
  await assert.rejects(hooks[0]!(), { message: "not empty" });
  assert.deepEqual(done, ["server", "folder"]);
});
