import { availableParallelism, cpus, totalmem } from "node:os";
import { readFileSync } from "node:fs";
import ts from "typescript";

/** What runs here, for a person or a bug report: one "name: value" a line, engines best first. */
export async function describeInstallation(): Promise<string> {
  const zeromq = await import("zeromq").then(
    ({ version }) => version,
    (error: Error) => `does not load: ${error.message}`,
  );
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const lines = [
    ["Node.js", `${process.version} on ${process.platform} ${process.arch}`],
    [
      "machine",
      `${availableParallelism()} threads of ${cpus()[0]?.model.trim() ?? "an unknown CPU"}, ${memory}`,
    ],
    ["notebook kernel", `TypeScript ${ts.version}; tslab ${tslabVersion()} for --kernel tslab`],
    ["ZeroMQ", zeromq],
  ];
  const { describeEngines } = await import("../engines/engines");
  for (const { name, available, note } of await describeEngines()) {
    lines.push([`engine ${name}`, available ? note : `not here: ${note}`]);
  }
  return lines.map(([name, value]) => `${name}: ${value}\n`).join("");
}

function tslabVersion(): string {
  const file = require.resolve("tslab/package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
