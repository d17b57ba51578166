import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { parse } from "./usage";

/** `finetune build`: compiles the native engine's addon. */
export async function build(args: string[]): Promise<number> {
  const { values } = parse(args, { verbose: { type: "boolean" } }, 0);
  const program = resolve(__dirname, "../../native/build.mjs");
  const flags = values.verbose ? ["--verbose"] : [];
  const child = spawn(process.execPath, [program, ...flags], { stdio: "inherit" });
  return new Promise((settle, fail) => {
    child.once("error", fail);
    child.once("close", (code) => settle(code ?? 1));
  });
}
