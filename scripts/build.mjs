/** `npm run build`: compiles the library, then the notebook's package on what came out. */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { bundleForBrowsers, bundleStudio } from "./bundle-browser.mjs";
import { pruneDeclarations } from "./prune-declarations.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

function compile(workspace) {
  // A file that is no more would stay, and be packed.
  rmSync(join(root, workspace, "dist"), { recursive: true, force: true });
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [compiler, "-p", join(root, workspace, "tsconfig.json")], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
}

/**
 * Has a door of re-exports load each file behind it when one of its names is first used: a server that classifies
 * loads no trainer.
 *
 * @param file the JavaScript that TypeScript has made of it
 * @returns    the names that it exports
 */
function loadLazily(file) {
  const text = readFileSync(file, "utf8");
  const names = [];
  const modules = new Map();
  const without = text.replace(/^var (\w+) = (require\("[^"]+"\));\n/gm, (_, variable, call) => {
    modules.set(variable, call);
    return "";
  });
  const lazy = without.replace(
    /^(Object\.defineProperty\(exports, "(\w+)", .* return )(\w+)(\.\w+; \} \}\);)$/gm,
    (_, head, name, variable, tail) => {
      names.push(name);
      return `${head}${modules.get(variable)}${tail}`;
    },
  );
  const declared = Array.from(text.matchAll(/exports\.(\w+) = /g), ([, name]) => name);
  if (names.length === 0 || declared.some((name) => !names.includes(name))) {
    throw new Error(`${file} is not the re-exports that TypeScript used to write`);
  }
  writeFileSync(file, lazy);
  return names;
}

/** The same names for `import`, by which Node does not find those that are loaded lazily. */
function writeEsmDoor(folder, names) {
  const list = names.sort().map((name) => `  ${name},\n`);
  writeFileSync(
    join(folder, "index.mjs"),
    `import library from "./index.js";\n\nexport const {\n${list.join("")}} = library;\n`,
  );
  writeFileSync(join(folder, "index.d.mts"), `export * from "./index.js";\n`);
}

/** The program of an exported page (lib/src/export/page), which runs in a browser. */
async function bundlePage(folder) {
  const read = (...file) => JSON.parse(readFileSync(join(root, ...file), "utf8"));
  const { version } = read("node_modules/onnxruntime-web/package.json");
  const wanted = read("lib/package.json").peerDependencies["onnxruntime-web"];
  if (version !== wanted)
    throw new Error(`onnxruntime-web is ${version} here; lib/package.json says ${wanted}`);
  await esbuild({
    entryPoints: [join(root, "lib/src/export/page/app/main.ts")],
    outfile: join(folder, "app.js"),
    // Its WebAssembly alone: no graphics card, no part that would be fetched.
    alias: { "onnxruntime-web": "onnxruntime-web/wasm" },
    define: { "import.meta.url": "document.baseURI" },
    banner: {
      js: "// finetune-ts (Apache-2.0), with onnxruntime-web (Microsoft, MIT), @huggingface/tokenizers (Apache-2.0) and re2js (MIT).",
    },
    bundle: true,
    format: "iife",
    legalComments: "none",
    minify: true,
    platform: "browser",
    target: "es2022",
    logLevel: "warning",
  });
}

/** The data that the package brings, with its card; not the programs that made it. */
function copyData(folder) {
  for (const name of ["README.md", "bert-3x384", "bert-tiny-reviews", "challenge", "reviews"]) {
    cpSync(join(root, "data", name), join(folder, name), { recursive: true });
  }
}

compile("lib");
const library = join(root, "lib", "dist");
writeEsmDoor(library, loadLazily(join(library, "index.js")));
copyData(join(library, "data"));
await bundlePage(join(library, "export/page"));
await bundleForBrowsers(join(library, "web"));
await bundleStudio(join(library, "studio-page"));
pruneDeclarations(library, ["index.d.ts", "index.d.mts", "internal.d.ts", "web/index.d.mts"]);
compile("notebook");
