import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { emptyFolder, pack, ROOT } from "./packages";

const MEGABYTE = 1024 * 1024;
const COMPILERS = { "5.0": "5.0.4", "5.9": "5.9.3", "7": "7.0.2" };

const README = readFileSync(path.join(ROOT, "lib/README.md"), "utf8");
/** The program of the README. */
const PROGRAM = /```ts\n([\s\S]*?)```/.exec(README)![1]!;

const isReachable =
  spawnSync("npm", ["view", "typescript@5.0.4", "version"], { timeout: 30_000 }).status === 0;
const skip = !existsSync(path.join(ROOT, "lib/dist/index.js"))
  ? "not built"
  : isReachable
    ? false
    : "the package registry is not reached";

interface Lock {
  packages: Record<string, { deprecated?: string; hasInstallScript?: boolean; resolved?: string }>;
}

/** What a folder takes on the disk, in bytes. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => lstatSync(path.join(folder, name)).blocks * 512)
    .reduce((sum, size) => sum + size, 0);
}

describe("in a stranger's empty folder", { skip }, () => {
  const { folder, remove } = emptyFolder("stranger");
  after(remove);
  const node = (...args: string[]) =>
    execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const install = (...packages: string[]) =>
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...packages], {
      cwd: folder,
      encoding: "utf8",
      // As a stranger's npm has it, whatever this repository's says.
      env: { ...process.env, npm_config_ignore_scripts: "false" },
    });

  before(() => {
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
    install(pack("lib", path.join(folder, "tarballs")));
  });

  test("the library takes less than 120 MB, and brings nothing deprecated and no script but its own", (t) => {
    const size = sizeOf(path.join(folder, "node_modules"));
    t.diagnostic(`${(size / MEGABYTE).toFixed(1)} MB`);
    assert.ok(size < 120 * MEGABYTE, `${(size / MEGABYTE).toFixed(1)} MB`);
    const lock = JSON.parse(readFileSync(path.join(folder, "package-lock.json"), "utf8")) as Lock;
    const packages = Object.entries(lock.packages);
    const named = (condition: (entry: Lock["packages"][string]) => unknown) =>
      packages.filter(([, entry]) => condition(entry)).map(([name]) => name);
    assert.deepEqual(
      named(({ deprecated }) => deprecated),
      [],
    );
    assert.deepEqual(
      named(({ hasInstallScript }) => hasInstallScript),
      ["node_modules/finetune-ts"],
    );
    assert.ok(packages.length < 70, `${packages.length} packages`);
  });

  test("the native engine is built where it can be", () => {
    const { available } = JSON.parse(
      node(
        "-e",
        'require("finetune-ts").describeEngines().then(([native]) => console.log(JSON.stringify(native)))',
      ),
    ) as { available: boolean };
    const here = existsSync(path.join(ROOT, "lib/native/build/Release/finetune_native.node"));
    assert.equal(available, here);
  });

  test("the README's program trains and predicts, as an ES module", () => {
    writeFileSync(path.join(folder, "program.mjs"), PROGRAM);
    const printed = node("program.mjs");
    assert.match(printed, /train_loss/);
    assert.match(printed, /label: 'positive'/);
  });

  test("… and with require", () => {
    const [, names] = /import \{([\s\S]*?)\} from "finetune-ts";/.exec(PROGRAM)!;
    const rest = PROGRAM.slice(PROGRAM.indexOf(";") + 1).replace(
      "reviews.train.slice(0, 800)",
      "reviews.train.slice(0, 16)",
    );
    writeFileSync(
      path.join(folder, "program.cjs"),
      `const {${names}} = require("finetune-ts");\n(async () => {${rest}})();`,
    );
    assert.match(node("program.cjs"), /label: '(positive|negative)'/);
  });

  test("require and import give the same things", () => {
    writeFileSync(
      path.join(folder, "both.mjs"),
      `import * as esm from "finetune-ts";
       import { createRequire } from "node:module";
       const cjs = createRequire(import.meta.url)("finetune-ts");
       console.log(JSON.stringify(Object.keys(cjs).filter((name) => cjs[name] !== esm[name])));
       console.log(Object.keys(cjs).length > 50);`,
    );
    assert.equal(node("both.mjs"), "[]\ntrue\n");
  });

  test("the command says what it is, and what comes with the notebook's package", () => {
    const command = path.join(folder, "node_modules/.bin/finetune");
    const { version } = JSON.parse(readFileSync(path.join(ROOT, "lib/package.json"), "utf8")) as {
      version: string;
    };
    assert.equal(execFileSync(command, ["--version"], { encoding: "utf8" }).trim(), version);
    const { status, stderr } = spawnSync(command, ["run", "a.ipynb"], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /comes with the package finetune-ts-notebook\. Run `npm install finetune-ts-notebook`/,
    );
  });

  test("a data frame says what it needs", () => {
    const script =
      'try { require("finetune-ts").Dataset.fromDict({ a: [1] }).toDataFrame() } catch (error) { console.log(error.message) }';
    assert.match(node("-e", script), /Install danfojs-node; .*"overrides"/);
  });

  test("with the notebook's package beside it a notebook runs, and draws training in its cells", () => {
    install(pack("notebook", path.join(folder, "tarballs")));
    const source = [
      'import { Dataset } from "finetune-ts";\n',
      'import { display, plotAccuracy } from "finetune-ts-notebook";\n',
      "display(plotAccuracy([{ epoch: 1, step: 1, eval_accuracy: 0.5 }]));\n",
      "Dataset.fromDict({ text: ['a', 'b'] }).length",
    ];
    const cell = { cell_type: "code", id: "a", execution_count: null, metadata: {}, outputs: [], source };
    const metadata = {
      kernelspec: { name: "finetune-ts", display_name: "TypeScript", language: "typescript" },
    };
    writeFileSync(
      path.join(folder, "a.ipynb"),
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] }),
    );
    const printed = node("node_modules/finetune-ts/bin/finetune.js", "run", "a.ipynb");
    assert.match(printed, /1 cell in .*wrote out\/a\.ipynb and out\/a\.html/);
    assert.match(printed, /50\.0/);
    const page = readFileSync(path.join(folder, "out/a.html"), "utf8");
    assert.match(page, /<svg/);
  });

  describe("types", () => {
    before(() =>
      install(...Object.entries(COMPILERS).map(([name, version]) => `ts-${name}@npm:typescript@${version}`)),
    );

    const typed = `${PROGRAM}\nexport const loss: number | undefined = (await trainDataset.map(() => ({ n: 1 }))).at(0)?.n;\n`;
    const wrong =
      'import { Trainer, noSuchThing } from "finetune-ts";\nexport const a: string = new Trainer(1);\n';

    /** What a compiler says of a file and of our declarations; other packages' are not ours to mend. */
    function complaints(compiler: string, file: string, module: string, resolution: string): string[] {
      const tsc = path.join(folder, `node_modules/ts-${compiler}/bin/tsc`);
      const flags = ["--noEmit", "--strict", "--target", "es2022", "--types", "node", "--pretty", "false"];
      const { stdout } = spawnSync(
        process.execPath,
        [tsc, ...flags, "--module", module, "--moduleResolution", resolution, file],
        { cwd: folder, encoding: "utf8", maxBuffer: 64 * MEGABYTE },
      );
      return stdout
        .split("\n")
        .filter((line) => /^(typed|wrong|node_modules\/finetune-ts)[^(]*\(/.test(line));
    }

    for (const compiler of Object.keys(COMPILERS)) {
      for (const [module, resolution, ending] of [
        ["nodenext", "nodenext", "mts"],
        ["esnext", "bundler", "ts"],
      ] as const) {
        test(`TypeScript ${compiler}, ${resolution}`, () => {
          writeFileSync(path.join(folder, `typed.${ending}`), typed);
          writeFileSync(path.join(folder, `wrong.${ending}`), wrong);
          assert.deepEqual(complaints(compiler, `typed.${ending}`, module, resolution), []);
          const found = complaints(compiler, `wrong.${ending}`, module, resolution).join("\n");
          for (const pattern of [/noSuchThing/, /TS2322/, /TS2345|TS2739|TS2559/])
            assert.match(found, pattern);
        });
      }
    }

    test("TypeScript 5.9, CommonJS under nodenext", () => {
      const file = "typed.cts";
      writeFileSync(
        path.join(folder, file),
        'import { Dataset } from "finetune-ts";\nexport const n: number = Dataset.fromDict({ a: [1] }).numRows;\n',
      );
      assert.deepEqual(complaints("5.9", file, "nodenext", "nodenext"), []);
    });
  });
});
