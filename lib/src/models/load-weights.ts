import type { HostTensor, StateDict } from "../checkpoints/dtypes";
import { toFloat32 } from "../checkpoints/float-formats";
import { CheckpointError } from "../errors";
import type { Parameter } from "./module";
import type { PreTrainedModel } from "./pretrained-model";
import { checkTensor, sameShape } from "./state-dict";

/** What became of a checkpoint's weights; names in alphabetical order. */
export interface LoadReport {
  /** Parameters that the checkpoint does not have; they got new values. */
  newlyInitialized: string[];
  /** Tensors of the checkpoint that the model has no place for. */
  unexpected: string[];
  /** Parameters whose tensor had another shape and was passed over, where that was allowed. */
  mismatched: string[];
}

export interface LoadWeightsOptions {
  /** Initialise parameters anew whose tensor has another shape, instead of throwing. Default false. */
  ignoreMismatchedSizes?: boolean;
}

/** Old TensorFlow-born names, still found in the first BERT checkpoints. */
const OLD_NAMES: readonly [RegExp, string][] = [
  [/LayerNorm\.gamma$/, "LayerNorm.weight"],
  [/LayerNorm\.beta$/, "LayerNorm.bias"],
];

/** Buffers that old checkpoints hold and that are no weights. */
const IGNORED = /(^|\.)embeddings\.(position_ids|token_type_ids)$/;

/**
 * Fills a model with the weights of a checkpoint, under today's, old or head-less names, and initialises those that
 * it lacks.
 *
 * @param weights  the model's from now on: where the engine can, it works on their memory
 * @param source   named in errors
 * @throws CheckpointError if a shape does not fit, two names mean the same weight, nothing fits at all, or by far the most
 *   would be new; the model is then as it was
 */
export function loadWeights(
  model: PreTrainedModel<object>,
  weights: StateDict,
  source: string,
  { ignoreMismatchedSizes = false }: LoadWeightsOptions = {},
): LoadReport {
  const parameters = new Map(model.namedParameters());
  const report: LoadReport = { newlyInitialized: [], unexpected: [], mismatched: [] };
  const found = new Map<string, HostTensor>();
  const tied = new Map<string, HostTensor>();
  for (const [storedName, tensor] of weights) {
    if (IGNORED.test(storedName)) continue;
    const name = currentName(storedName, parameters, model.baseModelPrefix);
    const original = model.tiedWeights.get(storedName);
    if (original !== undefined) tied.set(original, tensor);
    else if (name === undefined) report.unexpected.push(storedName);
    else if (found.has(name)) {
      throw new CheckpointError(`${source}: holds '${name}' twice, the second time as '${storedName}'.`);
    } else found.set(name, tensor);
  }
  for (const [name, tensor] of tied) if (!found.has(name)) found.set(name, tensor);
  if (found.size === 0) {
    throw new CheckpointError(
      `${source}: none of its ${weights.size} tensors belongs to a ${model.architecture} ` +
        `(the first is '${[...weights.keys()][0] ?? "none"}'). Is this a checkpoint of that kind?`,
    );
  }
  for (const [name, parameter] of parameters) {
    const tensor = found.get(name);
    if (!tensor) report.newlyInitialized.push(name);
    else if (ignoreMismatchedSizes && !sameShape(tensor.shape, parameter.shape)) report.mismatched.push(name);
    else checkTensor(parameter, tensor, name, source, "ignoreMismatchedSizes: true initializes it anew.");
  }
  checkNew(model, report, parameters, found, source);
  // From here on nothing fails: a model gets all of its weights, or keeps those that it had.
  for (const name of [...report.newlyInitialized, ...report.mismatched]) {
    parameters.get(name)!.initialize(model.context.seed, name);
    found.delete(name);
  }
  for (const [name, tensor] of found) parameters.get(name)!.adopt(toFloat32(tensor));
  for (const names of Object.values(report) as string[][]) names.sort();
  return report;
}

/** So many weights may be new whatever a checkpoint holds: a head, or a vocabulary, of any size. */
const FREE_ELEMENTS = 2 ** 27;
/** And beyond that so many times those that it holds. */
const MOST_GROWTH = 4;

/** Refuses a config of another, larger model before memory is taken for it. */
function checkNew(
  model: PreTrainedModel<object>,
  { newlyInitialized, mismatched }: LoadReport,
  parameters: ReadonlyMap<string, Parameter>,
  found: ReadonlyMap<string, HostTensor>,
  source: string,
): void {
  const sizeOf = (names: Iterable<string>) => {
    let sum = 0;
    for (const name of names) sum += parameters.get(name)!.size;
    return sum;
  };
  const missing = [...newlyInitialized, ...mismatched];
  const [added, kept] = [sizeOf(missing), sizeOf(found.keys()) - sizeOf(mismatched)];
  if (added <= FREE_ELEMENTS + MOST_GROWTH * kept) return;
  throw new CheckpointError(
    `${source}: its config asks for ${added} weights in ${missing.length} tensors that its files do not hold (they hold ` +
      `${kept} of a ${model.architecture}'s). Is the config.json that of another model?`,
  );
}

function currentName(
  stored: string,
  parameters: ReadonlyMap<string, unknown>,
  prefix: string,
): string | undefined {
  const name = OLD_NAMES.reduce(
    (result, [pattern, replacement]) => result.replace(pattern, replacement),
    stored,
  );
  const withoutPrefix = name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1) : name;
  return [name, `${prefix}.${name}`, withoutPrefix].find((candidate) => parameters.has(candidate));
}

/** What transformers says of such a report; empty where everything fitted. */
export function describeLoadReport(report: LoadReport, architecture: string, source: string): string[] {
  const list = (names: string[]) => `[${names.map((name) => `'${name}'`).join(", ")}]`;
  const train =
    "You should probably TRAIN this model on a down-stream task to be able to use it for predictions and inference.";
  const lines: string[] = [];
  if (report.unexpected.length > 0) {
    lines.push(
      `Some weights of the model checkpoint at ${source} were not used when initializing ${architecture}: ` +
        `${list(report.unexpected)}`,
    );
  }
  if (report.newlyInitialized.length > 0) {
    lines.push(
      `Some weights of ${architecture} were not initialized from the model checkpoint at ${source} ` +
        `and are newly initialized: ${list(report.newlyInitialized)}\n${train}`,
    );
  }
  if (report.mismatched.length > 0) {
    lines.push(
      `Some weights of ${architecture} were not initialized from the model checkpoint at ${source} ` +
        `because the shapes did not match: ${list(report.mismatched)}\n${train}`,
    );
  }
  return lines;
}
