#!/usr/bin/env node
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
if (!existsSync(cli)) {
  console.error("finetune: the library is not built yet. Run: npm run build");
  process.exit(1);
}

// The exit code is set, not forced: a kernel goes on, and output that is on its way arrives.
process.exitCode = await createRequire(import.meta.url)(cli).main(process.argv.slice(2));
