import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Session } from "./session";

describe("errors", () => {
  let session: Session;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    session = await Session.start({ after: (end) => void ends.push(end) });
  });
  after(() => Promise.all(ends.map((end) => end())));

  test("tell cell, line, column and the source line, in every cell on the way", async () => {
    await session.run(
      "interface Row { text?: string }\n\nfunction measure(row: Row) {\n  return row.text!.length;\n}",
    );
    const { traceback, reply } = await session.run("const rows = [{ text: 'a' }, {}];\n\nrows.map(measure)");
    assert.deepEqual(traceback, [
      "TypeError: Cannot read properties of undefined (reading 'length')",
      "    at measure, cell [1], line 4, column 20",
      "          return row.text!.length;",
      "                           ^",
      "    … 1 frame in JavaScript",
      "    at cell [2], line 3, column 6",
    ]);
    assert.equal(reply.ename, "TypeError");
  });

  test("fold the frames of libraries into one line", async () => {
    const { traceback } = await session.run(
      "import { readFileSync } from 'node:fs';\nreadFileSync('/no/such/file')",
    );
    assert.match(traceback[0] ?? "", /^Error: ENOENT/);
    assert.match(traceback[1] ?? "", /^ {4}… \d+ frames? in Node\.js$/);
    assert.equal(traceback[2], "    at cell [3], line 2, column 13");
    assert.ok(traceback.includes("    code: ENOENT"), traceback.join("\n"));
  });

  test("show causes and the parts of an AggregateError, whatever they are", async () => {
    const { traceback } = await session.run(
      "throw new AggregateError([new RangeError('one'), 'two'], 'both', { cause: { reason: 3 } })",
    );
    const text = traceback.join("\n");
    assert.match(text, /^AggregateError: both\n/);
    assert.match(text, /\n {2}error 1 of 2: RangeError: one\n/);
    assert.match(text, /\n {2}error 2 of 2: 'two'\n/);
    assert.match(text, /\n {2}caused by: \{ reason: 3 \}$/);
    const circle = await session.run("const e: any = new Error('round'); e.cause = e; throw e");
    assert.match(circle.traceback.join("\n"), /caused by: Error: round \(as above\)/);
  });

  test("name thrown values that are no errors", async () => {
    const { reply } = await session.run("throw { code: 7 }");
    assert.deepEqual([reply.ename, reply.evalue], ["Error", "{ code: 7 }"]);
  });

  test("of the compiler show the line, also where a cell is left open", async () => {
    const { traceback, reply } = await session.run("let a = 1;\n\tlet b: string = a;");
    assert.deepEqual(traceback, [
      "CompileError: line 2, column 6: Type 'number' is not assignable to type 'string'.",
      "    \tlet b: string = a;",
      "    \t    ^",
    ]);
    assert.equal(reply.ename, "CompileError");
    const open = await session.run("function f() {\n  1");
    assert.match(open.traceback[0] ?? "", /line 2, column 4: '}' expected/);
  });

  test("of promises and callbacks that nobody waits for say which cell made them", async () => {
    const { reply } = await session.run("void Promise.reject(new Error('lost')); 0;");
    const { content } = await session.untilPrinted("lost");
    assert.match(
      String(content.text),
      new RegExp(
        `Rejected promise that nobody awaited \\(started by cell \\[${Number(reply.execution_count)}\\]\\):\\nError: lost\\n {4}at cell \\[${Number(reply.execution_count)}\\], line 1`,
      ),
    );
    await session.run("setTimeout(() => { throw new Error('thrown late') }, 5); 0;");
    const late = await session.untilPrinted("thrown late");
    assert.match(String(late.content.text), /Error in a callback \(started by cell \[\d+\]\)/);
  });

  test("end the cell also where a value or what was thrown cannot be shown", async () => {
    const bundle = await session.run("({ toMimeBundle: () => ({ 'application/json': { big: 1n } }) })");
    assert.match(bundle.traceback[0] ?? "", /^TypeError: .*BigInt/);
    const inspected = await session.run(
      "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('not me') } })",
    );
    assert.match(inspected.traceback[0] ?? "", /not me/);
    const thrown = await session.run(
      "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
    );
    assert.equal(thrown.reply.status, "error");
    assert.equal((await session.run("1 + 1")).result, "2");
  });

  test("process.exit says that it did not end the kernel", async () => {
    await session.run("const still = 'here'");
    const { traceback } = await session.run("process.exit(3)");
    assert.match(
      traceback[0] ?? "",
      /ProcessExit: process\.exit\(3\) was called by cell \[\d+\]\. The kernel goes on/,
    );
    assert.equal((await session.run("still")).result, "'here'");
  });

  test("of stack traces that a cell prints itself tell places in the cell", async () => {
    const { stdout } = await session.run("const error = new Error('mine');\nconsole.log(error.stack);");
    assert.match(stdout, /^Error: mine\n {4}at cell \[\d+\]:1:15\n/);
  });
});

test("a process of the cells that dies ends the kernel, and its last words are shown", async (t) => {
  const session = await Session.start(t);
  session.run("process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})").catch(() => undefined);
  const { content } = await session.untilPrinted("ended by SIGKILL");
  assert.match(String(content.text), /The process of the cells was ended by SIGKILL/);
  assert.equal((await session.kernel.exited).code, 1);
});
