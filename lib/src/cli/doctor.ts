import { availableParallelism, cpus, totalmem } from "node:os";
import { describeEngines, useEngine } from "../engines/engines";
import { describeMpiAddon } from "../distributed/addon";
import { notebookPackage } from "./notebook-package";
import { keepOutputForJson, printJson } from "./talk";
import { parse } from "./usage";

/** `finetune doctor`: what runs here, for a person or a bug report: one "name: value" a line, engines best first. */
export async function doctor(args: string[]): Promise<number> {
  const { values } = parse(args, { json: { type: "boolean" } }, 0);
  if (values.json) keepOutputForJson();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  const lines = [
    ["Node.js", `${process.version} on ${process.platform} ${process.arch}`],
    [
      "machine",
      `${availableParallelism()} threads of ${cpus()[0]?.model.trim() ?? "an unknown CPU"}, ${memory}`,
    ],
    ...((await (await notebookPackage())?.describe()) ?? [
      ["notebook", "finetune-ts-notebook is not installed"],
    ]),
    ...(await describeEngines()).map(({ name, available, note }) => [
      `engine ${name}`,
      available ? note : `not here: ${note}`,
    ]),
  ];
  lines.push(["several machines", describeMpiAddon()]);
  if (values.json) printJson(Object.fromEntries(lines));
  else process.stdout.write(lines.map(([name, value]) => `${name}: ${value}\n`).join(""));
  // Says which engine runs and why, or which name in FINETUNE_ENGINE does not do.
  await useEngine();
  return 0;
}
