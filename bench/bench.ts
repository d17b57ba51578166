/**
 * `npm run bench -- NAME [options]`: measures one thing and prints one line of JSON. With `--vs-python` the Python peer
 * runs beside it, turn by turn.
 */
import { inferBenchmark } from "./infer";
import { UsageError } from "./options";
import { profileBenchmark } from "./profile";
import { trainStepBenchmark } from "./train-step";

const BENCHMARKS: Record<string, (args: string[]) => Promise<object>> = {
  "train-step": trainStepBenchmark,
  infer: inferBenchmark,
  profile: profileBenchmark,
};

async function main([name = "", ...args]: string[]): Promise<void> {
  const benchmark = BENCHMARKS[name];
  if (!benchmark) {
    throw new UsageError(
      `There is no benchmark '${name}'. There are: ${Object.keys(BENCHMARKS).join(", ")}.`,
    );
  }
  console.log(JSON.stringify(await benchmark(args)));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
});
