import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, FinetuneError } from "../errors";
import type { Command } from "./command";
import { isFirstProcess, launch } from "../launch";
import { helpText } from "./help";
import { NOTEBOOK_COMMANDS, NOTEBOOK_PACKAGE, notebookPackage } from "./notebook-package";
import { UsageError } from "./usage";

const { version } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
  version: string;
};

/** Each is loaded when it is called: `--version` waits for no tensors. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ["train", async () => (await import("./train")).train],
  ["evaluate", async () => (await import("./evaluate")).evaluate],
  ["predict", async () => (await import("./predict")).predict],
  ["serve", async () => (await import("./serve")).serve],
  ["page", async () => (await import("./page")).page],
  ["studio", async () => (await import("./studio")).studio],
  ["export", async () => (await import("./export")).exportModel],
  ["build", async () => (await import("./build")).build],
  ["doctor", async () => (await import("./doctor")).doctor],
]);

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
    process.stdout.write(await helpText());
    return name === undefined ? 2 : 0;
  }
  if (name === "--version") {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  // Training is divided among several processes; everything else the first one does alone.
  if (name !== "train" && !isFirstProcess()) return 0;
  try {
    return await (
      await commandOf(name)
    )(args);
  } catch (error) {
    if (!(error instanceof FinetuneError)) throw error;
    const started = launch();
    process.stderr.write(`finetune${started ? `, rank ${started.rank}` : ""}: ${error.message}\n`);
    if (error instanceof UsageError && isFirstProcess()) process.stderr.write("See finetune --help.\n");
    return error instanceof UsageError ? 2 : 1;
  }
}

async function commandOf(name: string): Promise<Command> {
  const own = COMMANDS.get(name);
  if (own) return await own();
  if (!NOTEBOOK_COMMANDS.includes(name)) throw new UsageError(`there is no command "${name}"`);
  const command = (await notebookPackage())?.commands[name];
  if (command) return command;
  throw new ConfigError(
    `"finetune ${name}" comes with the package ${NOTEBOOK_PACKAGE}. Run \`npm install ${NOTEBOOK_PACKAGE}\`.`,
  );
}
