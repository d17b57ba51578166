import { ConfigError, FinetuneError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { Logs } from "../callbacks";
import { say } from "../../notices";
import type { StopSignal } from "../interrupts";
import { checkSpace, grid, sample, type Hyperparameters, type SearchSpace } from "./search-space";

export interface HyperparameterSearchOptions {
  /** What is tried; or a function from the number of a trial and those before it to its values, for a sampler of your own. */
  hpSpace: SearchSpace | ((trial: number, before: readonly Trial[]) => Hyperparameters);
  /** How many runs. Default 20; of a grid all. */
  nTrials?: number;
  /** Default "minimize". */
  direction?: "minimize" | "maximize";
  /** From the figures of the evaluation after a run. Default: the sum of the metrics, or where there are none the loss. */
  computeObjective?: (metrics: Logs) => number;
  /** "random" values, or a "grid" of all combinations. Default "random". */
  backend?: "random" | "grid";
}

/** One run of a search. */
export interface Trial {
  /** From 0; its checkpoints are in `run-<number>` of the output folder. */
  number: number;
  hyperparameters: Hyperparameters;
  /** NaN where the run failed. */
  objective: number;
  metrics: Logs;
  /** Why the run failed. */
  error?: string;
}

/** @see transformers.trainer_utils.BestRun */
export interface BestRun {
  runId: string;
  objective: number;
  hyperparameters: Hyperparameters;
  /** All runs, in their order. */
  runSummary: Trial[];
  /** The signal that ended the search early. */
  interrupted?: StopSignal;
}

/** What a run with these values comes to. */
export type RunTrial = (
  hyperparameters: Hyperparameters,
  trial: number,
) => Promise<{ metrics: Logs; interrupted?: StopSignal }>;

const OPTIONS = ["hpSpace", "nTrials", "direction", "computeObjective", "backend"];

/**
 * Runs trials and finds the best.
 *
 * @throws ConfigError for a space that has nothing in it, and where no run came to an end
 */
export async function searchHyperparameters(
  options: HyperparameterSearchOptions,
  seed: number,
  run: RunTrial,
): Promise<BestRun> {
  refuseUnknownOptions("hyperparameterSearch", options, OPTIONS);
  const { direction = "minimize", computeObjective = defaultObjective } = options;
  if (direction !== "minimize" && direction !== "maximize") {
    throw new ConfigError(
      `hyperparameterSearch: direction is ${JSON.stringify(direction)}; there are minimize and maximize.`,
    );
  }
  const { count, valuesOf } = planSearch(options, seed);
  const trials: Trial[] = [];
  let interrupted: StopSignal | undefined;
  for (let number = 0; number < count && !interrupted; number++) {
    const hyperparameters = valuesOf(number, trials);
    try {
      const result = await run(hyperparameters, number);
      interrupted = result.interrupted;
      if (interrupted) break;
      const objective = computeObjective(result.metrics);
      trials.push({ number, hyperparameters, objective, metrics: result.metrics });
    } catch (error) {
      // Values with which nothing can be trained are a result as well; a fault of the program is none.
      if (!(error instanceof FinetuneError) || error instanceof ConfigError) throw error;
      trials.push({ number, hyperparameters, objective: NaN, metrics: {}, error: error.message });
    }
    const { objective, error } = trials.at(-1)!;
    say(
      `Trial ${number + 1} of ${count}: ${JSON.stringify(hyperparameters)}: ${error ?? `objective ${objective.toPrecision(5)}`}`,
    );
  }
  const finished = trials.filter(({ objective }) => !Number.isNaN(objective));
  if (finished.length === 0) throw new ConfigError("hyperparameterSearch: no run came to an end.");
  const sign = direction === "minimize" ? 1 : -1;
  const best = finished.reduce((a, b) => (sign * b.objective < sign * a.objective ? b : a));
  const { number, objective, hyperparameters } = best;
  return {
    ...{ runId: String(number), objective, hyperparameters, runSummary: trials },
    ...(interrupted && { interrupted }),
  };
}

function planSearch({ hpSpace, nTrials, backend = "random" }: HyperparameterSearchOptions, seed: number) {
  if (nTrials !== undefined && !(Number.isSafeInteger(nTrials) && nTrials > 0)) {
    throw new ConfigError(`hyperparameterSearch: nTrials is ${nTrials}; it has to be a positive integer.`);
  }
  if (typeof hpSpace === "function") return { count: nTrials ?? 20, valuesOf: hpSpace };
  checkSpace(hpSpace);
  if (backend === "random") {
    return { count: nTrials ?? 20, valuesOf: (trial: number) => sample(hpSpace, seed, trial) };
  }
  if (backend !== "grid") {
    throw new ConfigError(
      `hyperparameterSearch: backend is ${JSON.stringify(backend)}; there are random and grid. Samplers of other kinds can be ` +
        "given as a function hpSpace.",
    );
  }
  const combinations = grid(hpSpace);
  const count = Math.min(nTrials ?? Infinity, combinations.length);
  return { count, valuesOf: (trial: number) => combinations[trial]! };
}

/** @see transformers.trainer_utils.default_compute_objective */
function defaultObjective({ eval_loss: loss, ...metrics }: Logs): number {
  const figures = Object.entries(metrics).filter(([name]) => !/_(runtime|per_second)$|^epoch$/.test(name));
  return figures.length === 0 ? loss! : figures.reduce((sum, [, value]) => sum + value, 0);
}
