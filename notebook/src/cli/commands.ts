import { describe } from "./doctor";
import { HELP } from "./help";
import { installKernel } from "./install-kernel";
import { kernel } from "./kernel";
import { run } from "./run";

// What `finetune` finds under finetune-ts-notebook/cli.
export const commands = { run, kernel, "install-kernel": installKernel };
export { describe, HELP as help };
