/** What a rank of `bench distributed` runs: training steps on batches of its own. The first one prints its figures as JSON. */
import { util } from "@tensorflow/tfjs-core";
import { joinProcessGroup } from "../../lib/src/distributed/join";
import { currentEngine } from "../../lib/src/engines/engines";
import { AdamW } from "../../lib/src/training/optimizers/adamw";
import { OptimizerShards } from "../../lib/src/training/optimizers/optimizer-shards";
import { wholeStep } from "../../lib/src/training/step/batch-parts";
import {
  GradientReduction,
  isTable,
  UNIT_ELEMENTS,
  type NamedShape,
} from "../../lib/src/training/step/gradient-reduction";
import { ALL_OF_IT, type StepReduction } from "../../lib/src/training/step/step-reduction";
import { trainStep } from "../../lib/src/training/step/train-step";
import { startEngine } from "../engine";
import { makeBatches, makeModel, WARM_UP_STEPS, type Workload } from "../workload";

export interface RankWorkload extends Workload {
  engine: string;
  /** Threads where there is one rank; of several, each gets its share of the machine's. 0: all. */
  threads: number;
  /** Gradients in bf16. */
  halves: boolean;
  shard: boolean;
}

/** Medians over the steps; milliseconds and megabytes. */
export interface RankFigures {
  ranks: number;
  threads: number;
  step_ms: number;
  /** In which the processor waited for sums, or for another rank to be as far. */
  waited_ms: number;
  /** In which gradients were added up, and what share of it went by while the backward pass went on. */
  summing_ms: number;
  hidden_share: number;
  sent_mb: number;
  tokens_per_s: number;
  peak_rss_mb: number;
  /** From the first gradient to the last: what sums can go by in. */
  window_ms: number;
  /** Elements that are added up as a whole, in so many units; and those of tables, of which a batch has some rows. */
  dense_elements: number;
  units: number;
  table_columns: number;
}

/** How much is exchanged; see lib/src/training/step/gradient-reduction.ts. */
function sizesOf(shapes: readonly NamedShape[]) {
  const size = (shape: readonly number[]) => util.sizeFromShape([...shape]);
  const dense = shapes.filter(([, shape]) => !isTable(shape));
  const elements = dense.reduce((sum, [, shape]) => sum + size(shape), 0);
  const large = dense.filter(([, shape]) => size(shape) >= UNIT_ELEMENTS);
  const small = elements - large.reduce((sum, [, shape]) => sum + size(shape), 0);
  return {
    dense_elements: elements,
    units: large.length + Math.ceil(small / UNIT_ELEMENTS),
    table_columns: shapes
      .filter(([, shape]) => isTable(shape))
      .reduce((sum, [, shape]) => sum + shape[1]!, 0),
  };
}

async function main(workload: RankWorkload): Promise<void> {
  await startEngine(workload.engine, workload.precision);
  const group = await joinProcessGroup(300);
  const engine = await currentEngine();
  const threads = group.threads ?? workload.threads;
  if (threads > 0) engine.setThreads?.(threads);
  // The same batches everywhere: measured is the exchange, and not that some texts are longer.
  const { collate, lengths } = await makeBatches(workload);
  const model = makeModel(workload).train();
  const optimizer = new AdamW(model.namedParameters(), { learningRate: 2e-5, weightDecay: 0.01 });
  const shards = workload.shard && group.size > 1 ? new OptimizerShards(group, optimizer) : undefined;
  const shapes = Array.from(model.namedParameters(), ([name, { shape }]) => [name, shape] as const);
  const own =
    group.size === 1
      ? ALL_OF_IT
      : new GradientReduction(group, shapes, {
          halves: workload.halves,
          ...(shards && { ownerOf: (name: string) => shards.ownerOf(name) }),
        });
  let waited = 0;
  let firstGradient = 0;
  let window = 0;
  const reduction: StepReduction = {
    add(name, gradient) {
      firstGradient ||= performance.now();
      own.add?.(name, gradient);
    },
    async finish(terms) {
      const started = performance.now();
      window = started - firstGradient;
      try {
        return await own.finish(terms);
      } finally {
        waited += performance.now() - started;
      }
    },
  };
  const steps: {
    ms: number;
    waited: number;
    window: number;
    summing: number;
    hidden: number;
    sent: number;
  }[] = [];
  await group.barrier("the beginning");
  for (let step = 0; step < workload.steps; step++) {
    group.takeBytesSent();
    waited = firstGradient = 0;
    const started = performance.now();
    const batch = collate(step);
    await trainStep(model, optimizer, wholeStep(batch, step), {
      maxGradNorm: 1,
      reduction,
      onOptimizerStep: () => shards?.exchange() ?? Promise.resolve(),
    });
    const bytesSent = group.takeBytesSent();
    const times = own instanceof GradientReduction ? own.times : { summing: 0, hidden: 0 };
    steps.push({ ms: performance.now() - started, waited, window, sent: bytesSent / 1e6, ...times });
  }
  const measured = steps.slice(WARM_UP_STEPS);
  const median = (of: (step: (typeof steps)[number]) => number) =>
    measured.map(of).sort((a, b) => a - b)[Math.floor(measured.length / 2)]!;
  const tokens = lengths
    .slice(WARM_UP_STEPS)
    .reduce((sum, batch) => sum + batch.reduce((all, each) => all + each, 0), 0);
  const mean = measured.reduce((sum, { ms }) => sum + ms, 0) / measured.length;
  const total = (of: "summing" | "hidden") => measured.reduce((sum, step) => sum + step[of], 0);
  const figures: RankFigures = {
    ranks: group.size,
    threads,
    step_ms: median(({ ms }) => ms),
    waited_ms: median((step) => step.waited),
    summing_ms: median((step) => step.summing),
    hidden_share: group.size === 1 ? 0 : total("hidden") / total("summing"),
    sent_mb: median(({ sent }) => sent),
    tokens_per_s: (group.size * tokens) / measured.length / (mean / 1000),
    peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
    window_ms: median((step) => step.window),
    ...sizesOf(shapes),
  };
  if (group.isFirst) console.log(JSON.stringify(figures));
}

void main(JSON.parse(process.argv[2]!) as RankWorkload);
