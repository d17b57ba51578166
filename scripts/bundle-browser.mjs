/**
 * What is made for browsers: the library, `lib/dist/web`, ES modules with everything that they need and the engine's files beside
 * them, and the studio's page.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = join(root, "lib/src");

/**
 * What both the library's and a page's bundle are made with: `x.browser.ts` stands in the place of `x.ts`.
 *
 * @returns esbuild's options
 */
export function browserOptions() {
  const { version } = JSON.parse(readFileSync(join(root, "lib/package.json"), "utf8"));
  return {
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    // An error's name is its class's.
    keepNames: true,
    legalComments: "none",
    logLevel: "warning",
    resolveExtensions: [".browser.ts", ".ts", ".mjs", ".js", ".json"],
    // Its exports say nothing of browsers, although it is made for them too.
    alias: { "@huggingface/hub": join(root, "node_modules/@huggingface/hub/dist/browser/index.mjs") },
    inject: [join(source, "platform/globals.browser.ts")],
    define: { LIBRARY_VERSION: JSON.stringify(version), global: "globalThis", BUNDLE_URL: "import.meta.url" },
    banner: {
      js: "// finetune-ts (Apache-2.0), with tfjs (Google, Apache-2.0) and others: see LICENCES.txt.",
    },
  };
}

/** The library. @param folder where it is written, anew */
export async function bundleForBrowsers(folder) {
  rmSync(folder, { recursive: true, force: true });
  const assets = join(folder, "assets");
  mkdirSync(assets, { recursive: true });
  for (const file of ["kernels.wasm", "kernels.relaxed-simd.wasm"]) {
    cpSync(join(root, "lib/assets/wasm", file), join(assets, file));
  }
  await build({
    ...browserOptions(),
    // It needs nothing of Node.js.
    inject: [],
    entryPoints: [join(source, "engines/wasm/thread-program.browser.ts")],
    outfile: join(assets, "thread.mjs"),
  });
  const { metafile } = await build({
    ...browserOptions(),
    entryPoints: { index: join(source, "browser-index.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    splitting: true,
    metafile: true,
    // Beside the library: where its assets lie is told from where the code is.
    chunkNames: "[name]-[hash]",
  });
  writeLicences(folder, [metafile]);
  writeFileSync(join(folder, "index.d.mts"), `export * from "../browser-index.js";\n`);
}

/** What the packages ask of whoever hands them on: their licences, in a file beside the bundles that they are in. */
function writeLicences(folder, metafiles, others = []) {
  const places = metafiles
    .flatMap(({ inputs }) => Object.keys(inputs))
    // What is left out for browsers is named too.
    .filter((file) => !file.startsWith("(disabled)"))
    .map((file) => /.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0])
    .filter(Boolean)
    .map((place) => resolve(place));
  const all = [...new Set([...places, ...others.map((name) => join(root, "node_modules", name))])];
  const texts = all.map((place) => {
    const { name, version, license } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
    const file = readdirSync(place).find((each) => /^licen[cs]e/i.test(each));
    return `${name} ${version}: ${license}\n${file ? `\n${readFileSync(join(place, file), "utf8").trim()}\n` : ""}`;
  });
  writeFileSync(join(folder, "LICENCES.txt"), texts.sort().join(`\n${"-".repeat(80)}\n\n`));
}

/** Rows of the example that the studio offers. */
const EXAMPLES = 400;

/**
 * The studio's page: `lib/dist/studio-page`, but for what it shares with others and the pretrained model, which come beside it when it
 * is served or written (`studio/serve.ts`).
 */
export async function bundleStudio(folder) {
  rmSync(folder, { recursive: true, force: true });
  const assets = join(folder, "assets");
  mkdirSync(assets, { recursive: true });
  const page = join(source, "studio/page");
  for (const file of ["index.html", "studio.css"]) cpSync(join(page, file), join(folder, file));
  // Of each one file: the worker is started from memory, where nothing lies beside it.
  const options = { ...browserOptions(), metafile: true };
  options.define = { ...options.define, BUNDLE_URL: "self.location.href" };
  const results = await Promise.all([
    build({ ...options, inject: [], entryPoints: [join(page, "app.ts")], outfile: join(folder, "app.js") }),
    build({
      ...options,
      entryPoints: [join(source, "studio/worker.ts")],
      // Of other files than tables and JSON, and of the Hub, which are loaded when they are first met: nothing here leads to them.
      external: ["apache-arrow", "hyparquet*", "@huggingface/hub"],
      alias: {},
      outfile: join(folder, "worker.js"),
    }),
  ]);
  // For the pages that it exports.
  const runtime = readFileSync(join(root, "node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm"));
  writeFileSync(join(assets, "page-runtime.wasm.gz"), gzipSync(runtime, { level: 9 }));
  const reviews = readFileSync(join(root, "data/reviews/train.tsv"), "utf8").split("\n");
  const named = reviews
    .slice(1, EXAMPLES + 1)
    .map((line) => line.replace(/\t0$/, "\tblame").replace(/\t1$/, "\tpraise"));
  writeFileSync(join(assets, "examples.tsv"), ["sentence\tlabel", ...named, ""].join("\n"));
  writeLicences(
    folder,
    results.map(({ metafile }) => metafile),
    ["onnxruntime-web"],
  );
}
