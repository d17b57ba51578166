import { readFileSync } from "node:fs";
import path from "node:path";

/** What the library runs on. */
export const runtimeName = (): string => `Node.js ${process.version.slice(1)}`;

/** Of this library: package.json's, as far from lib/src as from lib/dist. */
export function libraryVersion(): string {
  const file = path.resolve(__dirname, "../../package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
