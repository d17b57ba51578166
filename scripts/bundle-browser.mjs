/** The library for browsers: `lib/dist/web`, ES modules with everything that they need, and the engine's files beside them. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
    legalComments: "none",
    logLevel: "warning",
    resolveExtensions: [".browser.ts", ".ts", ".mjs", ".js", ".json"],
    // Its exports say nothing of browsers, although it is made for them too.
    alias: { "@huggingface/hub": join(root, "node_modules/@huggingface/hub/dist/browser/index.mjs") },
    inject: [join(source, "platform/globals.browser.ts")],
    define: { LIBRARY_VERSION: JSON.stringify(version), global: "globalThis", BUNDLE_URL: "import.meta.url" },
    banner: {
      js: "// finetune-ts (Apache-2.0), with tfjs (Google, Apache-2.0) and others: see package.json.",
    },
  };
}

/** @param folder where the bundle is written, anew */
export async function bundleForBrowsers(folder) {
  rmSync(folder, { recursive: true, force: true });
  const assets = join(folder, "assets");
  mkdirSync(assets, { recursive: true });
  for (const file of ["kernels.wasm", "kernels.relaxed-simd.wasm"]) {
    cpSync(join(root, "lib/assets/wasm", file), join(assets, file));
  }
  const { metafile } = await build({
    ...browserOptions(),
    entryPoints: {
      index: join(source, "browser-index.ts"),
      "assets/thread": join(source, "engines/wasm/thread-program.browser.ts"),
    },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    splitting: true,
    metafile: true,
    // Beside the library: where its assets lie is told from where the code is.
    chunkNames: "[name]-[hash]",
  });
  writeFileSync(join(folder, "index.d.mts"), `export * from "../browser-index.js";\n`);
  return metafile;
}
