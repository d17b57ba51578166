import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { NotebookError } from "../../../lib/src/errors";
import { readNotebook, type CodeCell } from "../../../notebook/src/kernel/runner/notebook-file";
import { runNotebook, type RunOptions } from "../../../notebook/src/kernel/runner/run-notebook";
import { tearDown } from "../../teardown";
import { FakeScreen, temporaryNotebook } from "./temporary-notebook";

// Imports in cells are resolved from here.
const cwd = resolve(__dirname, "../../..");

async function run(t: TestContext, cells: string[], options: RunOptions = {}) {
  const { file, folder } = temporaryNotebook(t, cells);
  const screen = new FakeScreen();
  const result = await runNotebook(file, {
    cwd,
    outDir: join(folder, "out"),
    html: false,
    screen,
    ...options,
  });
  const executed = readNotebook(result.notebookFile);
  const code = executed.cells.filter((cell): cell is CodeCell => cell.cell_type === "code");
  return { result, screen, executed, code, outputs: code.map(({ outputs }) => outputs) };
}

/** Aborts when `text` has appeared on the screen. */
class AbortOn extends FakeScreen {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  constructor(private readonly awaited: string) {
    super();
  }
  override write(text: string): void {
    super.write(text);
    if (this.text.includes(this.awaited)) this.controller.abort();
  }
}

for (const kernel of ["finetune", "tslab"] as const) {
  describe(`the ${kernel} kernel`, () => {
    test("runs cells in order, one session, and keeps text, displays and counts", async (t) => {
      const { result, screen, executed, code, outputs } = await run(
        t,
        [
          "# Title\ntext\n## Step 1. Import",
          'import { newDisplay, display } from "tslab";\nlet n: number = 20;\nconsole.log("n is", n);',
          "## Step 2. Show",
          'const d = newDisplay();\nd.text("0 %");\nawait new Promise((r) => setTimeout(r, 10));\nd.text("100 %");',
          'process.stdout.write("1/2");\nprocess.stdout.write("\\r2/2\\n");\ndisplay.html("<b>bold</b>");',
          "",
          "n + 1",
        ],
        { kernel },
      );
      assert.equal(result.status, "ok", result.message);
      assert.equal(result.cellsRun, 4);
      assert.deepEqual(outputs[0], [{ output_type: "stream", name: "stdout", text: "n is 20\n" }]);
      assert.deepEqual(outputs[1], [
        { output_type: "display_data", data: { "text/plain": "100 %" }, metadata: {} },
      ]);
      assert.deepEqual(outputs[2]?.[1], {
        output_type: "display_data",
        data: { "text/html": "<b>bold</b>" },
        metadata: {},
      });
      const data = { "text/plain": "21" };
      const result21 =
        kernel === "tslab"
          ? { output_type: "stream", name: "stdout", text: "21\n" }
          : { output_type: "execute_result", data, metadata: {}, execution_count: 4 };
      assert.deepEqual(outputs[4], [result21]);
      assert.deepEqual(
        code.map(({ execution_count }) => execution_count),
        [1, 2, 3, null, 4],
      );
      assert.equal((executed.metadata.language_info as { name: string }).name, "typescript");
      assert.equal((executed.metadata.kernelspec as { name: string }).name, "tslab");
      assert.match(screen.text, /── Step 1\. Import ─+ cell 1 of 5\nn is 20\n/);
      assert.match(screen.text, /── Step 2\. Show ─+ cell 2 of 5\n0 %\n100 %\n2\/2\n/);
    });

    test("a failing cell ends the run, is named with its error, and what came before is kept", async (t) => {
      const { result, outputs } = await run(
        t,
        [
          "## Step 4. Tokenize",
          'console.log("before");',
          'throw new RangeError("row 7");',
          'console.log("after");',
        ],
        { kernel },
      );
      assert.equal(result.status, "failed");
      assert.equal(result.message, 'cell 2 ("Step 4. Tokenize") failed: RangeError: row 7');
      assert.equal(result.cellsRun, 1);
      assert.deepEqual(outputs[0], [{ output_type: "stream", name: "stdout", text: "before\n" }]);
      assert.match(JSON.stringify(outputs[1]), /RangeError: row 7/);
      assert.deepEqual(outputs[2], []);
    });

    test("code that does not compile fails with the compiler's words", async (t) => {
      const { result } = await run(t, ['const x: number = "a";'], { kernel });
      assert.equal(result.status, "failed");
      assert.match(result.message, /^cell 1 failed: .*Type 'string' is not assignable to type 'number'/);
    });

    test("an endless cell can be interrupted, and what it printed is kept", async (t) => {
      const screen = new AbortOn("running");
      const cells = ['console.log("running");\nawait new Promise(() => {});', "1"];
      const { result, outputs } = await run(t, cells, { kernel, screen, interrupt: screen.signal });
      assert.equal(result.status, "interrupted");
      assert.equal(result.message, "interrupted in cell 1");
      assert.deepEqual(outputs[0]?.[0], { output_type: "stream", name: "stdout", text: "running\n" });
      assert.deepEqual(outputs[1], []);
    });
  });
}

test("our kernel writes Jupyter errors: name, message, place and source line, the author's stack only", async (t) => {
  const { outputs, screen } = await run(t, [
    'function load(): never { throw new TypeError("bad <row>", { cause: new Error("no file") }); }\nload();',
  ]);
  assert.deepEqual(outputs[0], [
    {
      output_type: "error",
      ename: "TypeError",
      evalue: "bad <row>",
      traceback: [
        "TypeError: bad <row>",
        "    at load, cell [1], line 1, column 32",
        '        function load(): never { throw new TypeError("bad <row>", { cause: new Error("no file") }); }',
        "                                       ^",
        "    at cell [1], line 2, column 5",
        "  caused by: Error: no file",
        "      at load, cell [1], line 1, column 68",
        '          function load(): never { throw new TypeError("bad <row>", { cause: new Error("no file") }); }',
        "                                                                             ^",
        "      at cell [1], line 2, column 5",
      ],
    },
  ]);
  assert.match(screen.text, /TypeError: bad <row>\n {4}at load/);
});

test("our kernel shows the line that does not compile", async (t) => {
  const { outputs } = await run(t, ["let a = 1;\nlet b: string = a;"]);
  const [error] = outputs[0] ?? [];
  assert.ok(error?.output_type === "error");
  assert.equal(error.ename, "CompileError");
  assert.deepEqual(error.traceback, [
    "CompileError: line 2, column 5: Type 'number' is not assignable to type 'string'.",
    "    let b: string = a;",
    "        ^",
  ]);
});

const ASK = `const kernel = (globalThis as any)[Symbol.for("finetune-ts.kernel")];
const ask = (prompt: string) => kernel?.input(prompt);`;

test("a cell can ask the user over the stdin channel", async (t) => {
  const prompts: string[] = [];
  const { result, outputs } = await run(
    t,
    [ASK, 'console.log(kernel.allowStdin, await ask("first? "), await ask("second? "));'],
    { ask: (prompt) => (prompts.push(prompt), Promise.resolve(`answer to ${prompt}`)) },
  );
  assert.equal(result.status, "ok", result.message);
  assert.deepEqual(prompts, ["first? ", "second? "]);
  assert.match(JSON.stringify(outputs[1]), /true answer to first\? {2}answer to second\? /);
});

test("the end of the input reaches the cell as EndOfInput", async (t) => {
  const { outputs } = await run(
    t,
    [ASK, 'try { await ask("? "); } catch (e) { console.log((e as Error).name); }'],
    {
      ask: () => Promise.resolve("\x04"),
    },
  );
  assert.deepEqual(outputs[1], [{ output_type: "stream", name: "stdout", text: "EndOfInput\n" }]);
});

test("without a terminal, cells are told that nobody can be asked", async (t) => {
  const { result, outputs } = await run(t, [ASK, 'console.log(kernel.allowStdin, ask("? "));']);
  assert.equal(result.status, "ok", result.message);
  assert.deepEqual(outputs[1], [{ output_type: "stream", name: "stdout", text: "false undefined\n" }]);
});

test("a cell that waits for input can be interrupted", async (t) => {
  const controller = new AbortController();
  const { result } = await run(t, [ASK, 'await ask("? ");'], {
    ask: () => (controller.abort(), new Promise(() => undefined)),
    interrupt: controller.signal,
  });
  assert.equal(result.status, "interrupted");
  assert.equal(result.message, "interrupted in cell 2");
});

test("an endless loop that never yields can be interrupted", async (t) => {
  const screen = new AbortOn("running");
  const { result } = await run(t, ['console.log("running"); for (;;) {}'], {
    screen,
    interrupt: screen.signal,
  });
  assert.equal(result.message, "interrupted in cell 1");
});

test("a run that is killed keeps what came before", async (t) => {
  const screen = new AbortOn("running");
  const { result, outputs } = await run(t, ['console.log("running"); for (;;) {}'], {
    screen,
    kill: screen.signal,
  });
  assert.equal(result.status, "interrupted");
  assert.equal(result.message, "killed in cell 1");
  assert.deepEqual(outputs[0]?.[0], { output_type: "stream", name: "stdout", text: "running\n" });
});

test("a cell with a time limit is ended, others are not limited", async (t) => {
  const { result } = await run(t, ["await new Promise(() => {});"], { cellTimeout: 0.2 });
  assert.equal(result.status, "failed");
  assert.equal(result.message, "cell 1 took longer than 0.2 s");
});

test("a kernel that dies is an error that names the cell and the cause", async (t) => {
  const { result, outputs } = await run(t, [
    'console.log("last words");',
    "process.kill(process.pid, 'SIGKILL');",
    "1",
  ]);
  assert.equal(result.status, "failed");
  assert.equal(
    result.message,
    "cell 2 did not end: the kernel ended with exit code 1; its last words:\nthe process of the cells was ended by SIGKILL",
  );
  assert.deepEqual(outputs[0], [{ output_type: "stream", name: "stdout", text: "last words\n" }]);
  assert.match(JSON.stringify(outputs[1]), /KernelDied/);
});

test("a kernel that ends at the start is an error with its last words", async (t) => {
  const { file, folder } = temporaryNotebook(t, ["1"]);
  const command = () => [process.execPath, "-e", "console.error('no ports today'); process.exit(3)"];
  await assert.rejects(
    runNotebook(file, { outDir: folder, screen: new FakeScreen(), command }),
    (error: Error) => {
      assert.ok(error instanceof NotebookError);
      assert.match(error.message, /the kernel did not start.*ended with exit code 3.*no ports today/s);
      return true;
    },
  );
});

test("a kernel that never answers is an error, and its process is ended", async (t) => {
  const { file, folder } = temporaryNotebook(t, ["1"]);
  const pidFile = join(folder, "pid");
  const code = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => {}, 1e6)`;
  const options = {
    outDir: folder,
    screen: new FakeScreen(),
    startTimeout: 1,
    command: () => [process.execPath, "-e", code],
  };
  await assert.rejects(runNotebook(file, options), /did not answer within 1 s/);
  assert.throws(() => process.kill(Number(readFileSync(pidFile, "utf8")), 0), /ESRCH/);
});

test("a program that cannot be started is an error", async (t) => {
  const { file, folder } = temporaryNotebook(t, ["1"]);
  const options = {
    outDir: folder,
    screen: new FakeScreen(),
    command: () => [join(folder, "no-such-program")],
  };
  await assert.rejects(runNotebook(file, options), /the kernel did not start.*ENOENT/s);
});

test("a notebook that is missing or no notebook starts no kernel", async (t) => {
  const { folder } = temporaryNotebook(t, []);
  await assert.rejects(runNotebook(join(folder, "none.ipynb")), /there is no such file/);
  await assert.rejects(runNotebook(__filename), /it is no JSON/);
});

test("no connection file is left behind", async (t) => {
  const { code, result } = await run(t, [
    'require("child_process").execSync(`ps -o args= -p ${process.ppid}`, { encoding: "utf8" })',
  ]);
  assert.equal(result.status, "ok", result.message);
  const file = /--connection-file (\S+?connection\.json)/.exec(JSON.stringify(code[0]?.outputs))?.[1] ?? "";
  assert.match(file, /finetune-kernel-.*connection\.json$/);
  assert.equal(existsSync(dirname(file)), false);
});

test("files that appear beside the modules while a notebook runs do not fail the next cell", async (t) => {
  const newcomer = join(cwd, "node_modules", `finetune-newcomer-${process.pid}`);
  tearDown(t, () => rmSync(newcomer, { recursive: true, force: true }));
  const { result } = await run(t, [
    'import * as fs from "node:fs";\nimport { NotebookError } from "finetune-ts";',
    `fs.mkdirSync(${JSON.stringify(newcomer)});\nawait new Promise((r) => setTimeout(r, 1500));`,
    "console.log(NotebookError.name);",
  ]);
  assert.equal(result.status, "ok", result.message);
});

test("a folder that cannot take the results is told before anything runs", async (t) => {
  const { file, folder } = temporaryNotebook(t, ["throw new Error('it ran')"]);
  const place = join(folder, "file");
  writeFileSync(place, "");
  const options = { cwd, screen: new FakeScreen() };
  await assert.rejects(
    runNotebook(file, { ...options, outDir: place }),
    /a file stands in its place.*--out DIR/,
  );
  await assert.rejects(
    runNotebook(file, { ...options, outDir: join(place, "below") }),
    /a file stands in its place/,
  );
  await assert.rejects(
    runNotebook(file, { ...options, outDir: "/proc/nowhere" }),
    /the results cannot go into/,
  );
});

test("links and pictures that are wrongly encoded cost no page", async (t) => {
  const { file, folder } = temporaryNotebook(t, [
    "# Links\n[a](%E0%A4%A) ![b](50%.png) ![c](attachment:%)",
    "1;",
  ]);
  const result = await runNotebook(file, { cwd, outDir: join(folder, "out"), screen: new FakeScreen() });
  assert.equal(result.status, "ok", result.message);
  assert.match(readFileSync(result.htmlFile!, "utf8"), /50%(25)?\.png/);
});

test("results go into a temporary folder when theirs is lost while the notebook runs", async (t) => {
  const { file, folder } = temporaryNotebook(t, [
    `const fs = require("fs"); fs.rmSync(${JSON.stringify("OUT")}, { recursive: true }); fs.writeFileSync(${JSON.stringify("OUT")}, "");`,
  ]);
  const outDir = join(folder, "out");
  writeFileSync(file, readFileSync(file, "utf8").replaceAll("OUT", outDir));
  const result = await runNotebook(file, { cwd, outDir, html: false, screen: new FakeScreen() });
  tearDown(t, () => rmSync(dirname(result.notebookFile), { recursive: true, force: true }));
  assert.match(result.notebookFile, /finetune-results-.*tiny\.ipynb$/);
  assert.ok(existsSync(result.notebookFile));
});

test("plain tslab takes thousands of prints, too", async (t) => {
  const { result, outputs } = await run(t, ["for (let i = 0; i < 3000; i++) console.log(i);", "1 + 1"], {
    kernel: "tslab",
  });
  assert.equal(result.status, "ok", result.message);
  const [stream] = outputs[0] ?? [];
  assert.ok(stream?.output_type === "stream");
  assert.equal(stream.text, Array.from({ length: 3000 }, (_, i) => `${i}\n`).join(""));
});
