import { ConfigError } from "../../errors";
import { readAsset } from "../../platform/assets.browser";

/** The program of every page, as a page that exports pages has it among its assets. */
export async function readProgram(): Promise<Uint8Array> {
  return new Uint8Array(await read("page-app.js"));
}

/** onnxruntime's WebAssembly, which is a quarter as large on its way. */
export async function readRuntime(): Promise<Uint8Array> {
  const packed = new Blob([await read("page-runtime.wasm.gz")]);
  const unpacked = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

async function read(file: string): Promise<ArrayBuffer> {
  try {
    return await readAsset(file);
  } catch (cause) {
    throw new ConfigError(`exportPage: ${(cause as Error).message}.`, { cause });
  }
}
