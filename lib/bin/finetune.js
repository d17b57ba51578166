#!/usr/bin/env node
// A file of its own, not dist/cli/main.js: npm links commands at install time, when nothing is built yet.
"use strict";

const { existsSync } = require("node:fs");
const { join } = require("node:path");

const cli = join(__dirname, "../dist/cli/main.js");
if (existsSync(cli)) {
  require(cli)
    .main(process.argv.slice(2))
    .then((code) => (process.exitCode = code));
} else {
  console.error("finetune: the library is not built yet. Run `npm run build` first.");
  process.exitCode = 1;
}
