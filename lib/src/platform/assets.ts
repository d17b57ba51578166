import { readFile } from "node:fs/promises";
import path from "node:path";

/** The same place from lib/src and from lib/dist. */
const FOLDER = path.resolve(__dirname, "../../assets/wasm");

/** A file of `lib/assets/wasm`. */
export async function readAsset(file: string): Promise<ArrayBuffer> {
  return new Uint8Array(await readFile(path.join(FOLDER, file))).buffer;
}
