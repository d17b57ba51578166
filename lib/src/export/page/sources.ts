import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { ConfigError } from "../../errors";

/** The page's program, bundled when the library is built: as far from lib/src as from lib/dist. */
const PROGRAM = path.resolve(__dirname, "../../../dist/export/page/app.js");
const MANIFEST = path.resolve(__dirname, "../../../package.json");
const RUNTIME = "onnxruntime-web/ort-wasm-simd-threaded.wasm";

const loader = createRequire(__filename);

/** The program of every page. @throws ConfigError where the library is not built */
export async function readProgram(): Promise<Uint8Array> {
  return await readFile(PROGRAM).catch((cause: Error) => {
    throw new ConfigError(`exportPage: the library is not built; run \`npm run build\`.`, { cause });
  });
}

/** onnxruntime's WebAssembly, of the version whose JavaScript is in the program. @throws ConfigError where it is not installed */
export async function readRuntime(): Promise<Uint8Array> {
  const { peerDependencies } = JSON.parse(await readFile(MANIFEST, "utf8")) as {
    peerDependencies: Record<string, string>;
  };
  const wanted = peerDependencies["onnxruntime-web"]!;
  let file: string;
  let version: string;
  try {
    file = loader.resolve(RUNTIME);
    const manifest = path.join(path.dirname(file), "../package.json");
    version = (JSON.parse(await readFile(manifest, "utf8")) as { version: string }).version;
  } catch (cause) {
    throw new ConfigError(
      `exportPage: the page computes with onnxruntime-web, which is not installed. Run \`npm install onnxruntime-web@${wanted}\`.`,
      { cause },
    );
  }
  if (version !== wanted) {
    throw new ConfigError(
      `exportPage: onnxruntime-web is ${version} here, and the page's program goes with ${wanted}. Run \`npm install onnxruntime-web@${wanted}\`.`,
    );
  }
  return await readFile(file);
}
