import type { CommandPackage } from "./command";

/** The package that runs notebooks, and the commands that it brings, so that they can be told from misspelt ones. */
export const NOTEBOOK_PACKAGE = "finetune-ts-notebook";
export const NOTEBOOK_COMMANDS: readonly string[] = ["run", "install-kernel", "kernel"];

/** What the notebook's package brings to the command line; undefined where it is not installed beside this one. */
export async function notebookPackage(): Promise<CommandPackage | undefined> {
  const entry = `${NOTEBOOK_PACKAGE}/cli`;
  try {
    return (await import(entry)) as CommandPackage;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "MODULE_NOT_FOUND" && message.includes(entry)) return undefined;
    throw error;
  }
}
