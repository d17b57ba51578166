import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { Module, Parameter } from "../../models/module";
import type { TrainingArguments } from "../training-arguments";
import { Adafactor, type AdafactorOptions } from "./adafactor";
import { AdamW } from "./adamw";
import type { Optimizer } from "./optimizer";
import type { ParameterGroup } from "./parameter-groups";
import { SGD, type SGDOptions } from "./sgd";

/** What `optim` may be. */
export type OptimizerName = "adamw" | "adafactor" | "sgd";

/** Figures that only some optimizers have. */
export type OptimizerArguments = Pick<SGDOptions, "momentum" | "nesterov"> &
  Pick<AdafactorOptions, "clipThreshold" | "decayRate">;

type Parameters = Iterable<[string, Parameter]>;

interface Kind {
  /** Which of the figures it takes. */
  takes: readonly (keyof OptimizerArguments)[];
  make: (parameters: Parameters, args: TrainingArguments, groups?: readonly ParameterGroup[]) => Optimizer;
}

const KINDS: Record<OptimizerName, Kind> = {
  adamw: {
    takes: [],
    make: (parameters, args, groups) => {
      const { learningRate, weightDecay, adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: epsilon } = args;
      return new AdamW(parameters, { learningRate, weightDecay, beta1, beta2, epsilon }, groups);
    },
  },
  adafactor: {
    takes: ["clipThreshold", "decayRate"],
    make: (parameters, { learningRate, weightDecay, optimArgs }, groups) =>
      new Adafactor(parameters, { learningRate, weightDecay, ...optimArgs }, groups),
  },
  sgd: {
    takes: ["momentum", "nesterov"],
    make: (parameters, { learningRate, weightDecay, optimArgs }, groups) =>
      new SGD(parameters, { learningRate, weightDecay, ...optimArgs }, groups),
  },
};

export const OPTIMIZER_NAMES = Object.keys(KINDS);

/** @throws ConfigError for a figure of another optimizer */
export function checkOptimizerArguments(optim: OptimizerName, optimArgs: OptimizerArguments): void {
  const { takes } = KINDS[optim];
  if (takes.length === 0 && Object.keys(optimArgs).length > 0) {
    throw new ConfigError(`TrainingArguments: optimArgs is for other optimizers; '${optim}' takes none.`);
  }
  refuseUnknownOptions(`TrainingArguments: optimArgs of '${optim}'`, optimArgs, takes);
}

/** The optimizer that the arguments name. */
export const createOptimizer: Kind["make"] = (parameters, args, groups) =>
  KINDS[args.optim].make(parameters, args, groups);

/** The parameters of a model, and of a loss that learns something of its own, that are not frozen. @throws ConfigError if all are */
export function trainedParameters(model: Module, criterion?: Module): [string, Parameter][] {
  const own = criterion ? [...criterion.namedParameters("criterion.")] : [];
  const all = [...model.namedParameters(), ...own];
  const trained = all.filter(([, { requiresGrad }]) => requiresGrad);
  if (trained.length > 0) return trained;
  throw new ConfigError("Trainer.train: every parameter is frozen; model.unfreeze(…) what is to be trained.");
}

/** @throws ConfigError for an optimizer of another model's parameters */
export function checkParameters(optimizer: Optimizer, model: Module, criterion?: Module): void {
  const known = new Set(trainedParameters(model, criterion).map(([, parameter]) => parameter));
  for (const [name, parameter] of optimizer.parameters()) {
    if (known.has(parameter)) continue;
    throw new ConfigError(
      `Trainer: the optimizer's parameter '${name}' is not this model's, or is frozen; make it of ` +
        "model.namedParameters(), after freezing.",
    );
  }
}
