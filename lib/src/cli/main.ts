import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FinetuneError } from "../errors";
import { doctor } from "./doctor";
import { HELP } from "./help";
import { installKernel } from "./install-kernel";
import { kernel } from "./kernel";
import { run } from "./run";
import { UsageError } from "./usage";

const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
  version: string;
};

const COMMANDS: Record<string, (args: string[]) => Promise<number>> = {
  run,
  kernel,
  doctor,
  "install-kernel": installKernel,
};

/**
 * The `finetune` command.
 *
 * @param argv its arguments, without program and script
 * @returns    the exit code
 */
export async function main(argv: string[]): Promise<number> {
  // A reader that goes away (`| head`) ends the printing and nothing else.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
  const [name, ...args] = argv;
  if (name === undefined || argv.includes("--help") || argv.includes("-h")) {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError(`there is no command "${name}"`);
    return await command(args);
  } catch (error) {
    if (!(error instanceof FinetuneError)) throw error;
    process.stderr.write(`finetune: ${error.message}\n`);
    if (error instanceof UsageError) process.stderr.write("See finetune --help.\n");
    return error instanceof UsageError ? 2 : 1;
  }
}
