import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as tf from "@tensorflow/tfjs-core";
import { AdamW } from "../lib/src/training/optimizers/adamw";
import { wholeStep } from "../lib/src/training/step/batch-parts";
import { trainStep } from "../lib/src/training/step/train-step";
import { startEngine } from "./engine";
import { readOptions, UsageError } from "./options";
import { makeBatches, makeModel, WORKLOAD } from "./workload";

const DEFAULTS = { ...WORKLOAD, layers: 2, hidden: 128, steps: 2000, engine: "" };

/** Steps between two looks at the memory. */
const INTERVAL = 100;

/** How often the timer wants to run, in ms: what a display or a signal waits for. */
const TIMER_MS = 5;

/** What the resident memory may grow from the first quarter to the last: noise of the allocators. */
const RSS_GROWTH_MB = 32;

/** Beyond the longest step: collating the batch, and the machine's own delays. */
const DELAY_SLACK_MS = 20;

interface Sample {
  step: number;
  tensors: number;
  tensor_mb: number;
  pool_mb: number;
  rss_mb: number;
  heap_mb: number;
}

/**
 * `bench soak`: many steps on batches of changing lengths. Whether memory stays flat, and whether the event loop is ever
 * blocked for longer than a step.
 */
export async function soakBenchmark(args: string[]): Promise<object> {
  const { engine, ...workload } = readOptions(args, DEFAULTS);
  if (!(workload.steps >= 4 * INTERVAL)) {
    throw new UsageError(
      `--steps ${workload.steps}: at least ${4 * INTERVAL} are needed to compare quarters.`,
    );
  }
  const name = await startEngine(engine, workload.precision);
  const { collate, lengths } = await makeBatches(workload);
  const model = makeModel(workload).train();
  const optimizer = new AdamW(model.namedParameters(), { learningRate: 5e-4, weightDecay: 0.01 });
  const collectGarbage = garbageCollector();
  const timer = watchTimer();
  const samples: Sample[] = [];
  let longestStep = 0;
  for (let step = 0; step < workload.steps; step++) {
    const start = performance.now();
    await trainStep(model, optimizer, wholeStep(collate(step), step), { maxGradNorm: 1 });
    longestStep = Math.max(longestStep, performance.now() - start);
    // As the Trainer does between steps.
    await new Promise(setImmediate);
    if ((step + 1) % INTERVAL === 0) samples.push(takeSample(step + 1, collectGarbage));
  }
  const longestDelay = timer.stop();
  optimizer.dispose();
  model.dispose();
  return {
    ...{ engine: name, precision: workload.precision, steps: workload.steps },
    ...{ shortest_batch: smallest(lengths), longest_batch: largest(lengths) },
    ...verdictOnMemory(samples),
    longest_step_ms: round(longestStep),
    longest_timer_delay_ms: round(longestDelay),
    never_blocked_longer_than_a_step: longestDelay <= longestStep + DELAY_SLACK_MS,
    tensors_left: tf.memory().numTensors,
  };
}

/** Runs a timer all the while. @returns what stops it and tells the longest that it was late, in ms */
function watchTimer(): { stop: () => number } {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - TIMER_MS);
    last = now;
  };
  const interval = setInterval(look, TIMER_MS);
  return {
    stop() {
      look();
      clearInterval(interval);
      return longest;
    },
  };
}

/** V8's `gc`, which Node hides unless it is started with the flag. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** @param collectGarbage  without it, heap and resident memory say when V8 last did so, not what is held */
function takeSample(step: number, collectGarbage: () => void): Sample {
  collectGarbage();
  const { rss, heapUsed } = process.memoryUsage();
  const {
    numTensors,
    numBytes,
    numBytesReserved = 0,
  } = tf.memory() as tf.MemoryInfo & {
    numBytesReserved?: number;
  };
  return {
    ...{ step, tensors: numTensors, tensor_mb: megabytes(numBytes), pool_mb: megabytes(numBytesReserved) },
    ...{ rss_mb: megabytes(rss), heap_mb: megabytes(heapUsed) },
  };
}

/** The largest figures of the first quarter and of the last; memory is flat if none has grown. */
function verdictOnMemory(samples: Sample[]) {
  const quarter = Math.floor(samples.length / 4);
  const peaks = (part: Sample[]) => {
    const [first, ...rest] = part;
    return rest.reduce(
      (peak, sample) => ({
        step: sample.step,
        tensors: Math.max(peak.tensors, sample.tensors),
        tensor_mb: Math.max(peak.tensor_mb, sample.tensor_mb),
        pool_mb: Math.max(peak.pool_mb, sample.pool_mb),
        rss_mb: Math.max(peak.rss_mb, sample.rss_mb),
        heap_mb: Math.max(peak.heap_mb, sample.heap_mb),
      }),
      first!,
    );
  };
  const first = peaks(samples.slice(0, quarter));
  const last = peaks(samples.slice(-quarter));
  return {
    first_quarter: first,
    last_quarter: last,
    memory_is_flat:
      last.tensors <= first.tensors &&
      last.tensor_mb <= first.tensor_mb &&
      last.pool_mb <= first.pool_mb &&
      last.rss_mb <= first.rss_mb + RSS_GROWTH_MB,
  };
}

const tokensOf = (lengths: number[][]) =>
  lengths.map((batch) => batch.reduce((sum, length) => sum + length, 0));
const smallest = (lengths: number[][]) => Math.min(...tokensOf(lengths));
const largest = (lengths: number[][]) => Math.max(...tokensOf(lengths));
const megabytes = (bytes: number) => round(bytes / 2 ** 20);
const round = (value: number) => Math.round(value * 10) / 10;
