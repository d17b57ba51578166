import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { tearDown } from "../../teardown";
import { Session } from "./session";

describe("the protocol", () => {
  let session: Session;
  const ends: (() => Promise<void>)[] = [];
  before(async () => {
    session = await Session.start({ after: (end) => void ends.push(end) });
  });
  after(() => Promise.all(ends.map((end) => end())));

  const types = (outcome: Awaited<ReturnType<Session["run"]>>) =>
    outcome.published.map(({ header }) => header.msg_type).filter((type) => type !== "status");

  test("a value is an execute_result; statements, undefined and what a semicolon ends are not", async () => {
    const shown: [string, string | undefined][] = [
      ["1 + 1", "2"],
      ["1 + 1 // with a remark", "2"],
      ["'text'", "'text'"],
      ["null", "null"],
      ["new Map([[1, { a: 2 }]])", "Map(1) { 1 => { a: 2 } }"],
      ["1 + 1;", undefined],
      ["1 + 1; // with a remark", undefined],
      ["undefined", undefined],
      ["const x = 5", undefined],
      ["if (true) { 7 }", undefined],
      ["", undefined],
    ];
    for (const [code, result] of shown) assert.equal((await session.run(code)).result, result, code);
  });

  test("values are shown in the richest form that they offer", async () => {
    const forms = async (code: string) => {
      const { published, traceback } = await session.run(code);
      const message = published.find(({ header }) => header.msg_type === "execute_result");
      assert.ok(message, `${code}\n${traceback.join("\n")}`);
      return message.content.data as Record<string, string>;
    };
    await session.run(
      "import { loadDataset, AutoConfig, AutoModelForSequenceClassification, useEngine } from 'finetune-ts'; import { plotAccuracy, table } from 'finetune-ts-notebook';\n" +
        "import { DataFrame } from 'danfojs-node'; import * as tf from '@tensorflow/tfjs';\n" +
        "await useEngine('cpu'); const ds = await loadDataset('reviews');\n" +
        "const config = await AutoConfig.fromPretrained('bert-tiny-reviews');",
    );
    const frame = await forms("new DataFrame([{ a: 1, b: 'x' }])");
    assert.match(frame["text/html"]!, /<table.*<td[^>]*>x<\/td>/s);
    assert.match(frame["text/plain"]!, /a +b\n/);
    assert.match((await forms("ds"))["text/html"]!, /train.*5,400/s);
    assert.match((await forms("ds.train"))["text/html"]!, /5,400 rows × 3 columns/);
    assert.match((await forms("ds.train"))["text/plain"]!, /^Dataset\(\{/);
    assert.match((await forms("ds.train.features"))["text/html"]!, /a label: 0 negative, 1 positive/);
    assert.match(
      (await forms("tf.tensor2d([[1, 2]])"))["text/plain"]!,
      /^Tensor float32 \[1, 2\]\n\[\[1, 2\],?\]/,
    );
    const model = await forms("await AutoModelForSequenceClassification.fromConfig(config)");
    assert.match(model["text/plain"]!, /^BertForSequenceClassification: 802,306 parameters in 22 layers\n/);
    assert.match(model["text/html"]!, /bert\.embeddings\.word_embeddings/);
    assert.match((await forms("[{ epoch: 1, step: 2, loss: 0.5 }]"))["text/html"]!, /Log history/);
    assert.match((await forms("table([{ a: 1 }])"))["text/html"]!, /<table/);
    const plot = await forms("plotAccuracy([{ epoch: 1, step: 1, eval_accuracy: 0.5 }])");
    assert.deepEqual(Object.keys(plot).sort(), [
      "application/vnd.plotly.v1+json",
      "image/svg+xml",
      "text/plain",
    ]);
  });

  test("silent code shows no input, result or error and has no number; store_history: false has none either", async () => {
    const { reply } = await session.run("1");
    const count = Number(reply.execution_count);
    const silent = await session.run("2 + 2", { silent: true, store_history: false });
    assert.deepEqual([types(silent), silent.reply.execution_count], [[], count]);
    const unstored = await session.run("3", { store_history: false });
    assert.deepEqual(
      [types(unstored), unstored.reply.execution_count],
      [["execute_input", "execute_result"], count],
    );
    assert.equal((await session.run("4")).reply.execution_count, count + 1);
  });

  test("user_expressions are evaluated after the cell, each by itself", async () => {
    const { reply } = await session.run("const width = 6", {
      user_expressions: { area: "width * 7", wrong: "nowhere", later: "await Promise.resolve(width)" },
    });
    const values = reply.user_expressions as Record<
      string,
      { status: string; data?: object; ename?: string }
    >;
    assert.deepEqual(values.area?.data, { "text/plain": "42" });
    assert.deepEqual(values.later?.data, { "text/plain": "6" });
    assert.deepEqual([values.wrong?.status, values.wrong?.ename], ["error", "CompileError"]);
  });

  test("clear_output, questions and passwords", async () => {
    const cleared = await session.run(
      "import { clearOutput, input, getpass } from 'finetune-ts-notebook'; clearOutput({ wait: true });",
    );
    assert.deepEqual(types(cleared), ["execute_input", "clear_output"]);
    const asked: Record<string, unknown>[] = [];
    session.onQuestion = (content) => {
      asked.push(content);
      return "an answer";
    };
    assert.equal(
      (await session.run("[await input('name? '), await getpass('word? ')]")).result,
      "[ 'an answer', 'an answer' ]",
    );
    assert.deepEqual(asked, [
      { prompt: "name? ", password: false },
      { prompt: "word? ", password: true },
    ]);
    assert.equal((await session.run("await input('nobody? ')", { allow_stdin: false })).result, undefined);
  });

  test("is_complete knows what may still come and what can never be right", async () => {
    const status = async (code: string) =>
      (await session.request("shell", "is_complete_request", { code })).reply.status;
    for (const code of ["1", "const a = 1;", "`a\n\nb`", "await f()", "x => {}"])
      assert.equal(await status(code), "complete", code);
    for (const code of [
      "f(",
      "function f() {",
      "`open\n\n",
      "/* open",
      "if (a)",
      "const a =",
      "[1,\n\n",
      "a.",
    ])
      assert.equal(await status(code), "incomplete", code);
    for (const code of [")(", "const const", "'open\n1", "1 +* 2", "else {}"])
      assert.equal(await status(code), "invalid", code);
    const { reply } = await session.request("shell", "is_complete_request", { code: "if (a) {" });
    assert.equal(reply.indent, "  ");
  });

  test("positions are counted in code points", async () => {
    await session.run("const 𝒶lpha = { beta: 1, 𝒷eta: 2 }");
    const code = "'😀😀'; 𝒶lpha.be";
    const { reply } = await session.request("shell", "complete_request", {
      code,
      cursor_pos: [...code].length,
    });
    assert.deepEqual([reply.matches, reply.cursor_start, reply.cursor_end], [["beta"], 12, 14]);
    const inspected = await session.request("shell", "inspect_request", {
      code: "'😀😀'; 𝒶lpha",
      cursor_pos: 7,
      detail_level: 0,
    });
    assert.match((inspected.reply.data as Record<string, string>)["text/plain"]!, /const 𝒶lpha: \{/);
  });

  test("inspection shows signature and docs, also inside a call's parentheses", async () => {
    await session.run(
      "/** Adds two numbers.\n * @param left the first\n */\nfunction add(left: number, right = 2) { return left + right }",
    );
    const inspect = async (code: string, cursor_pos = code.length) => {
      const { reply } = await session.request("shell", "inspect_request", {
        code,
        cursor_pos,
        detail_level: 0,
      });
      return reply.found ? (reply.data as Record<string, string>)["text/plain"]! : undefined;
    };
    assert.match(
      (await inspect("add", 2))!,
      /function add\(left: number, right\?: number\): number\n\nAdds two numbers\./,
    );
    const within = (await inspect("add("))!;
    assert.match(within, /^add\(left: number, right\?: number\): number\n\nAdds two numbers\./);
    assert.match(within, /@param left the first$/);
    assert.equal(await inspect("  "), undefined);
  });

  test("comms of unknown targets are closed, debug requests are answered, nothing is printed", async () => {
    const from = session.published.length;
    session.send(
      "shell",
      (await import("../../../notebook/src/kernel/protocol/wire")).createMessage("comm_open", "test", {
        comm_id: "c1",
        target_name: "unknown",
        data: {},
      }),
    );
    const closed = await session.until(({ header }) => header.msg_type === "comm_close");
    assert.equal(closed.content.comm_id, "c1");
    const debug = await session.request("control", "debug_request", {
      seq: 4,
      type: "request",
      command: "initialize",
    });
    assert.deepEqual(
      [debug.reply.success, debug.reply.request_seq, debug.reply.command],
      [false, 4, "initialize"],
    );
    await session.request("shell", "comm_info_request", {});
    assert.equal(
      session.published.slice(from).filter(({ header }) => header.msg_type === "stream").length,
      0,
    );
  });
});

test("history: tail, range, search, in a file that only the user can read, across sessions", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "finetune-history-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "sub", "history.jsonl");
  const env = { ...process.env, FINETUNE_HISTORY: file };
  const ask = async (session: Session, content: Record<string, unknown>) =>
    (await session.request("shell", "history_request", { raw: true, output: false, ...content })).reply
      .history;
  const first = await Session.start(t, { env });
  for (const code of ["const a = 1", "a + 1", "a + 1"]) await first.run(code);
  assert.deepEqual(await ask(first, { hist_access_type: "tail", n: 2 }), [
    [1, 2, "a + 1"],
    [1, 3, "a + 1"],
  ]);
  assert.deepEqual(
    await ask(first, { hist_access_type: "search", pattern: "a +*", unique: true, output: true }),
    [[1, 3, ["a + 1", "2"]]],
  );
  const second = await Session.start(t, { env });
  await second.run("'second'");
  assert.deepEqual(await ask(second, { hist_access_type: "range", session: 0, start: 1, stop: 5 }), [
    [2, 1, "'second'"],
  ]);
  assert.deepEqual(await ask(second, { hist_access_type: "range", session: -1, start: 1, stop: 2 }), [
    [1, 1, "const a = 1"],
  ]);
  assert.equal(((await ask(second, { hist_access_type: "tail", n: 10 })) as unknown[]).length, 4);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(readFileSync(file, "utf8").trim().split("\n").length, 4);
});

test("FINETUNE_HISTORY=off leaves nothing behind", async (t) => {
  const home = mkdtempSync(join(tmpdir(), "finetune-home-"));
  tearDown(t, () => rmSync(home, { recursive: true, force: true }));
  const env = { ...process.env, FINETUNE_HISTORY: "off", HOME: home, XDG_DATA_HOME: home };
  const session = await Session.start(t, { env });
  await session.run("1");
  const { reply } = await session.request("shell", "history_request", { hist_access_type: "tail", n: 5 });
  assert.deepEqual(reply.history, [[1, 1, "1"]]);
  assert.equal(statSync(home).nlink, 2);
});
