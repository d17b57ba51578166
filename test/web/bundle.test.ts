import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions, type Metafile } from "esbuild";

const ROOT = path.resolve(__dirname, "../..");
const WEB = path.join(ROOT, "lib/dist/web");
const STUDIO = path.join(ROOT, "lib/dist/studio-page");
const MEGABYTE = 2 ** 20;

const scripts = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.m?js$/.test(name))
    .map((name) => readFileSync(path.join(folder, name)));

const compressed = (contents: Uint8Array[]) => contents.reduce((sum, each) => sum + gzipSync(each).length, 0);

/** Packages and files that a bundle asks of its surroundings. */
function askedFor({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ external }) => external).map(({ path }) => path),
  );
}

/** As somebody who bundles a page for browsers that uses the library. */
async function bundle(contents: string, options: BuildOptions = {}): Promise<Metafile> {
  const { metafile } = await build({
    stdin: { contents, resolveDir: ROOT },
    // The package as it is installed, not the sources that this repository's settings lead to.
    tsconfigRaw: {},
    ...{ bundle: true, format: "esm", platform: "browser", write: false, metafile: true, splitting: true },
    ...{ outdir: "out", logLevel: "silent", ...options },
  });
  return metafile!;
}

describe("the library in a browser", { skip: existsSync(WEB) ? false : "run `npm run build` first" }, () => {
  for (const name of ["finetune-ts", "finetune-ts/web"]) {
    test(`a bundler finds nothing of Node.js in ${name}`, async () => {
      const metafile = await bundle(
        `import { Trainer, pipeline } from "${name}"; console.log(Trainer, pipeline);`,
      );
      assert.deepEqual(askedFor(metafile), []);
      const inputs = Object.keys(metafile.inputs);
      assert.ok(
        inputs.some((file) => file.includes("dist/web/")),
        inputs.join("\n"),
      );
      assert.ok(!inputs.some((file) => file.includes("dist/index")), inputs.join("\n"));
    });
  }

  test("its scripts, and the studio's, are 1.5 MB at most on their way", (t) => {
    for (const folder of [WEB, STUDIO]) {
      const size = compressed(scripts(folder));
      t.diagnostic(`${path.basename(folder)}: ${size} bytes`);
      assert.ok(size < 1.5 * MEGABYTE, `${folder}: ${size}`);
      assert.ok(size > 100_000, `${folder}: ${size}`);
    }
  });

  test("no script names a module of Node.js", () => {
    for (const folder of [WEB, STUDIO]) {
      for (const content of scripts(folder)) {
        assert.doesNotMatch(
          content.toString(),
          /(?:from|import|require\()\s*\(?["'](?:node:|fs|path|crypto|worker_threads)\b/,
        );
      }
    }
  });

  test("its surface is the library's, and what takes the place of folders", async () => {
    const declared = await import("../../lib/src/index");
    const source = readFileSync(path.join(WEB, "index.mjs"), "utf8");
    const list = /export\s*\{([^}]*)\}\s*;?\s*$/.exec(source)![1]!;
    const names = new Set(
      list.split(",").map((each) =>
        each
          .trim()
          .split(/\s+as\s+/)
          .at(-1)!,
      ),
    );
    const lacking = Object.keys(declared).filter((each) => !names.has(each));
    assert.deepEqual(lacking, []);
    for (const own of ["addFiles", "fetchCheckpoint", "keepFolder", "zipFolder", "useAssets"])
      assert.ok(names.has(own), own);
  });
});
