/** The kernel process: `node main.js --connection-file FILE`. */
import { startKernel } from "./start";

const flag = process.argv.indexOf("--connection-file");
const file = flag > 0 ? process.argv[flag + 1] : undefined;

if (file === undefined) {
  process.stderr.write("usage: finetune kernel --connection-file FILE\n");
  process.exitCode = 2;
} else {
  // A kernel that cannot bind its ports must not stay behind, deaf.
  startKernel(file).catch((error: unknown) => {
    process.stderr.write(`finetune kernel: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
