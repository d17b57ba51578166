/**
 * `npm run conformance -- DIR … [--data DIR] [--engine NAME] [--steps N]`: repeats what PyTorch and transformers
 * computed (make_reference.py) and prints one line a check. Exit code 1 if a bound is exceeded, 2 on wrong usage.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { addDefaultCallback, FinetuneError, useEngine } from "../../lib/src/index";
import { describeCheck, passes } from "./check";
import { checkConformance } from "./conformance";
import { openReference } from "./reference";

const USAGE = "Usage: npm run conformance -- DIR [DIR …] [--data ../shared/data] [--engine wasm] [--steps N]";

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: "string", default: "../shared/data" },
      engine: { type: "string" },
      steps: { type: "string" },
    },
  });
  const steps = values.steps === undefined ? undefined : Number(values.steps);
  if (positionals.length === 0 || (steps !== undefined && !(Number.isInteger(steps) && steps > 0))) {
    console.error(USAGE);
    return 2;
  }
  // Instead of the Trainer's line for each of its log entries.
  addDefaultCallback(() => ({}));
  await useEngine(values.engine);
  let checks = 0;
  let failures = 0;
  for (const directory of positionals) {
    const { versions } = openReference(directory);
    const made = ["torch", "transformers"]
      .filter((name) => versions[name])
      .map((name) => `${name} ${versions[name]}`);
    console.log(`\n${path.normalize(directory)}${made.length > 0 ? ` (${made.join(", ")})` : ""}`);
    const found = await checkConformance(directory, {
      data: values.data,
      steps,
      onCheck: (check) => console.log(`  ${describeCheck(check)}`),
      onSkip: (what) => console.log(`  not checked: ${what}`),
    });
    checks += found.length;
    failures += found.filter((check) => !passes(check)).length;
  }
  console.log(`\n${checks} checks, ${failures === 0 ? "all within their bounds" : `${failures} FAILED`}`);
  if (checks === 0) console.error("Nothing was checked.");
  return failures > 0 || checks === 0 ? 1 : 0;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(
      error instanceof FinetuneError || (error as NodeJS.ErrnoException).code?.startsWith("ERR_PARSE_ARGS")
        ? `${(error as Error).message}\n${USAGE}`
        : error,
    );
    process.exitCode = 2;
  },
);
