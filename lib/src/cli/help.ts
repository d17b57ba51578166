import { NOTEBOOK_COMMANDS, NOTEBOOK_PACKAGE, notebookPackage } from "./notebook-package";

const HELP = `finetune: fine-tunes transformers, and uses them

Usage: finetune COMMAND [options]

  finetune doctor                     print what runs here
  finetune build [--verbose]          compile the native engine (a C++ compiler, make, Python and oneDNN have to be there)
  -h, --help                          this text
  --version                           the version of the package
`;

/** What `finetune --help` prints. */
export async function helpText(): Promise<string> {
  const notebook = await notebookPackage();
  const without = `With the package ${NOTEBOOK_PACKAGE} installed, notebooks too: finetune ${NOTEBOOK_COMMANDS.join(", ")}.\n`;
  return `${HELP}\n${notebook ? notebook.help : without}`;
}
