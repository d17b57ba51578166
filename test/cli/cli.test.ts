import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, test } from "node:test";
import { temporaryFolder, temporaryNotebook } from "../kernel/runner/temporary-notebook";

const root = resolve(__dirname, "../..");
const MAIN = `require(${JSON.stringify(join(root, "lib", "src", "cli", "main.ts"))})
  .main(process.argv.slice(1)).then((code) => (process.exitCode = code))`;

/** Starts the command in a process of its own. */
function finetune(args: string[], onOutput: (text: string, pid: number) => void = () => undefined) {
  // The limit is for the day when it hangs: a failing test, not an endless one.
  const limit = { timeout: 180_000, killSignal: "SIGKILL" } as const;
  const child = spawn(process.execPath, ["--import", "tsx", "-e", MAIN, "--", ...args], {
    cwd: root,
    ...limit,
  });
  let text = "";
  const listen = (data: Buffer) => {
    text += data.toString();
    onOutput(text, child.pid ?? 0);
  };
  child.stdout.on("data", listen);
  child.stderr.on("data", listen);
  return new Promise<{ code: number | null; text: string }>((done) => {
    child.once("close", (code) => done({ code, text }));
  });
}

/** Whether the process is there; waits a little for it to go. */
async function lives(pid: number): Promise<boolean> {
  for (let i = 0; i < 100; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return false;
    }
    await new Promise((next) => setTimeout(next, 100));
  }
  return true;
}

const ENDLESS = [
  "## Step 7. Train",
  'console.log("kernel", process.pid, "runs");',
  "await new Promise(() => {});",
  'console.log("never");',
];

describe("finetune", () => {
  test("--help lists every command and exits with 0", async () => {
    const { code, text } = await finetune(["--help"]);
    assert.equal(code, 0);
    for (const word of ["run NOTEBOOK", "install-kernel", "doctor", "kernel --connection-file"]) {
      assert.ok(text.includes(word), word);
    }
  });

  test("--version is the package's", async () => {
    const { code, text } = await finetune(["--version"]);
    assert.equal(code, 0);
    assert.match(text, /^\d+\.\d+\.\d+\n$/);
  });

  test("wrong usage exits with 2 and says what is wrong", async () => {
    const wrong: [string[], RegExp][] = [
      [["fly"], /no command "fly"/],
      [["toString"], /no command "toString"/],
      [["run"], /which notebook/],
      [["run", "a", "b"], /one argument too many: b/],
      [["run", "a", "--kernel", "python"], /"finetune" or "tslab", not "python"/],
      [["run", "a", "--timeout-per-cell", "soon"], /number of seconds/],
      [["run", "--oops"], /--oops/],
      [["kernel"], /--connection-file/],
    ];
    for (const [args, reason] of wrong) {
      const { code, text } = await finetune(args);
      assert.equal(code, 2, args.join(" "));
      assert.match(text, reason);
    }
  });

  test("run writes the notebook and the page and exits with 0", async (t) => {
    const { file, folder } = temporaryNotebook(t, ["# Tiny\n## Step 1. Say", 'console.log("héllo");']);
    const out = join(folder, "out");
    const { code, text } = await finetune(["run", file, "--out", out]);
    assert.equal(code, 0, text);
    assert.match(
      text,
      /── Step 1\. Say ─+ cell 1 of 1\nhéllo\n\n1 cell in [\d.]+ s; wrote .*tiny\.ipynb and .*tiny\.html\n$/,
    );
    assert.match(readFileSync(join(out, "tiny.html"), "utf8"), /<title>Tiny<\/title>[^]*héllo/);
  });

  test("a failing cell exits with 1 and is named at the end", async (t) => {
    const { file, folder } = temporaryNotebook(t, ["## Step 2. Load", 'throw new Error("no data");', "2"]);
    const { code, text } = await finetune(["run", file, "--out", folder, "--no-html"]);
    assert.equal(code, 1);
    assert.match(text, /\ncell 1 \("Step 2\. Load"\) failed: Error: no data\n$/);
    assert.equal(existsSync(join(folder, "tiny.html")), false);
  });

  test("a notebook that is not there exits with 1", async (t) => {
    const { code, text } = await finetune(["run", join(temporaryFolder(t), "none.ipynb")]);
    assert.equal(code, 1);
    assert.match(text, /^finetune: cannot read the notebook .*none\.ipynb: there is no such file\n$/);
  });
});

describe(
  "finetune run, in a poor environment",
  { skip: process.platform === "win32" && "POSIX shells" },
  () => {
    /** Runs a line of shell in which $FINETUNE stands for the command. */
    function shell(line: string, env: NodeJS.ProcessEnv = {}) {
      const command = [process.execPath, join(root, "lib", "bin", "finetune.js")]
        .map((part) => `'${part}'`)
        .join(" ");
      const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", line.replaceAll("$FINETUNE", command)], {
        cwd: root,
        encoding: "utf8",
        timeout: 120_000,
        env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      });
      return { code: status, stdout, stderr };
    }

    test("a closed pipe costs no result", (t) => {
      const { file, folder } = temporaryNotebook(t, [
        "for (let i = 0; i < 200; i++) { console.log('line', i); await new Promise((r) => setTimeout(r, 5)) }",
        "console.log('the last cell');",
      ]);
      const { stdout, stderr } = shell(`$FINETUNE run ${file} --out ${folder}/out | head -n 2`);
      assert.equal(stdout.trim().split("\n").length, 2);
      assert.equal(stderr, "");
      assert.match(readFileSync(join(folder, "out", "tiny.ipynb"), "utf8"), /the last cell/);
      assert.ok(existsSync(join(folder, "out", "tiny.html")));
    });

    test("a reader that leaves ends nothing but the printing, whatever the command", () => {
      const { stdout, stderr } = shell("$FINETUNE doctor | head -n 1");
      assert.match(stdout, /^Node\.js: v\d+/);
      assert.equal(stderr, "");
    });

    test("no HOME, and no folder for temporary files: the latter is told in one line", (t) => {
      const { file, folder } = temporaryNotebook(t, ["console.log('ran');"]);
      const homeless = shell(`unset HOME; $FINETUNE run ${file} --out ${folder}/out --no-html`);
      assert.equal(homeless.code, 0, homeless.stderr);
      const crowded = shell(`TMPDIR=/no/such/folder $FINETUNE run ${file} --out ${folder}/out --no-html`);
      assert.equal(crowded.code, 1);
      assert.match(crowded.stderr, /^finetune: .*no temporary folder can be made.*set TMPDIR/);
      assert.equal(crowded.stderr.trim().split("\n").length, 1);
    });
  },
);

describe(
  "finetune, stopped by a signal",
  { skip: process.platform === "win32" && "no signals on Windows" },
  () => {
    for (const [signal, expected] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      test(`${signal}: exits with ${expected}, keeps what was reached, leaves no kernel`, async (t) => {
        const { file, folder } = temporaryNotebook(t, ENDLESS);
        let kernel = 0;
        const { code, text } = await finetune(["run", file, "--out", folder, "--no-html"], (so_far, pid) => {
          const said = /kernel (\d+) runs/.exec(so_far)?.[1];
          if (said === undefined || kernel !== 0) return;
          kernel = Number(said);
          process.kill(pid, signal);
        });
        assert.equal(code, expected, text);
        assert.match(readFileSync(join(folder, "tiny.ipynb"), "utf8"), /kernel \d+ runs/);
        assert.equal(await lives(kernel), false);
      });
    }

    for (const kind of ["finetune", "tslab"]) {
      test(`SIGKILL: the ${kind} kernel ends by itself, even in a loop that never yields`, async (t) => {
        const { file, folder } = temporaryNotebook(t, [
          'console.log("kernel", process.pid, "runs");',
          "for (;;) {}",
        ]);
        let kernel = 0;
        await finetune(["run", file, "--out", folder, "--kernel", kind], (so_far, pid) => {
          const said = /kernel (\d+) runs/.exec(so_far)?.[1];
          if (said === undefined || kernel !== 0) return;
          kernel = Number(said);
          process.kill(pid, "SIGKILL");
        });
        assert.notEqual(kernel, 0);
        assert.equal(await lives(kernel), false);
      });
    }
  },
);
