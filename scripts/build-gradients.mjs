/**
 * Bundles what tfjs-core leaves out of its build for Node, the gradients of its kernels and the methods of its tensors
 * (`x.add(y)`), into lib/assets/tfjs/gradients.js, which is checked in. The whole of tfjs has them, and weighs 141 MB.
 *
 *   npm run build:gradients [-- --check]
 *
 * With --check nothing is written: the exit code says whether the file that is there is the one that comes out.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const target = fileURLToPath(new URL("../lib/assets/tfjs/gradients.js", import.meta.url));
const manifest = new URL("../node_modules/@tensorflow/tfjs-core/package.json", import.meta.url);

// Modules without extensions in their imports: Node loads none of them, a bundler does.
const ENTRY = `
  import "@tensorflow/tfjs-core/dist/register_all_gradients";
  import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops";
`;

/** @returns the bundle's text, the same for the same versions of tfjs-core and esbuild */
export async function bundleGradients() {
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL("../lib", import.meta.url)) },
    banner: {
      js: `// From @tensorflow/tfjs-core ${version} (Google LLC, Apache-2.0), made by scripts/build-gradients.mjs. Do not edit.`,
    },
    bundle: true,
    format: "cjs",
    legalComments: "none",
    minify: true,
    platform: "node",
    target: "node20",
    write: false,
  });
  return outputFiles[0].text;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bundle = await bundleGradients();
  if (!process.argv.includes("--check")) {
    writeFileSync(target, bundle);
    console.log(`lib/assets/tfjs/gradients.js: ${Math.round(bundle.length / 1000)} kB`);
  } else if (bundle !== readFileSync(target, "utf8")) {
    console.error("lib/assets/tfjs/gradients.js is not what comes out now. Run `npm run build:gradients`.");
    process.exitCode = 1;
  }
}
