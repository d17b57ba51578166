import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "./session";

test("100,000 prints arrive complete and in order, in few messages", async (t) => {
  const session = await Session.start(t);
  const { stdout, published, reply } = await session.run("for (let i = 0; i < 100_000; i++) console.log(i)");
  assert.equal(reply.status, "ok");
  assert.equal(stdout, Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(""));
  // One each 64 kB or 50 ms.
  assert.ok(published.length < 500, `${published.length} messages`);
});

test("many small cells all answer, one after the other and queued at once", async (t) => {
  const session = await Session.start(t);
  for (let i = 1; i <= 300; i++) {
    const { result, reply } = await session.run("1+1");
    assert.deepEqual([result, reply.execution_count], ["2", i]);
  }
  const queued = await Promise.all(Array.from({ length: 700 }, (_, i) => session.run(`${i} + 1`)));
  assert.deepEqual(
    queued.map(({ result }) => result),
    Array.from({ length: 700 }, (_, i) => String(i + 1)),
  );
});

test("output stays live while a cell never yields", async (t) => {
  const session = await Session.start(t);
  const cell = session.run(
    "console.log('first'); const end = Date.now() + 3000; while (Date.now() < end); console.log('second')",
  );
  await session.untilPrinted("first");
  assert.equal(
    session.published.some(({ content }) => String(content.text).includes("second")),
    false,
  );
  assert.equal((await cell).stdout, "first\nsecond\n");
});

test("two streams keep their order, and characters cut between writes come out whole", async (t) => {
  const session = await Session.start(t);
  const { published } = await session.run(
    "for (let i = 0; i < 3; i++) { console.log('out', i); console.error('err', i) }\n" +
      "for (const byte of Buffer.from('é€😀')) process.stdout.write(Buffer.of(byte));",
  );
  const text = published
    .filter(({ header }) => header.msg_type === "stream")
    .map(({ content }) => content.text)
    .join("");
  assert.equal(text, "out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\né€😀");
});

test("output of native code and of programs that inherit the streams belongs to the cell", async (t) => {
  const session = await Session.start(t);
  const { stdout, stderr } = await session.run(
    "import { execSync } from 'node:child_process'; import { writeSync } from 'node:fs';\n" +
      "execSync('echo from a child; echo its complaint >&2', { stdio: 'inherit' }); writeSync(1, 'from below\\n');",
  );
  assert.equal(stdout, "from a child\nfrom below\n");
  assert.equal(stderr, "its complaint\n");
});
