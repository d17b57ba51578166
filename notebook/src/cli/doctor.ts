import { readFileSync } from "node:fs";
import ts from "typescript";

/** What `finetune doctor` says of the notebook's part. */
export async function describe(): Promise<[name: string, value: string][]> {
  const zeromq = await import("zeromq").then(
    ({ version }) => version,
    (error: Error) => `does not load: ${error.message}`,
  );
  return [
    ["notebook kernel", `TypeScript ${ts.version}; tslab ${tslabVersion()} for --kernel tslab`],
    ["ZeroMQ", zeromq],
  ];
}

function tslabVersion(): string {
  const file = require.resolve("tslab/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
