import type { HostTensor, StateDict } from "../checkpoints/dtypes";
import { byteLength, elementsAt } from "../checkpoints/dtypes";
import { ConfigError } from "../errors";
import type { PretrainedConfig } from "./pretrained-config";
import type { PreTrainedModel } from "./pretrained-model";

/** What stands before and after the number of a layer in the name of a weight. */
const LAYER = /(^|\.)(layers?)\.(\d+)\./;

/**
 * A new model with some of a model's layers, to begin a student with.
 *
 * @param layers  numbers from 0, in their new order: `[0, 2, 5]` of six
 * @throws ConfigError if the model has no such layer
 * @see Sanh et al. 2019, DistilBERT
 * @example
 * const short = keepLayers(model, [0, 2]); // a model of the first and the third layer
 */
export async function keepLayers<Model extends PreTrainedModel<object>>(
  model: Model,
  layers: readonly number[],
): Promise<Model> {
  const { numHiddenLayers } = model.config;
  for (const layer of layers) {
    if (Number.isInteger(layer) && layer >= 0 && layer < numHiddenLayers) continue;
    throw new ConfigError(
      `keepLayers: ${layer} is no layer of this model; it has 0 … ${numHiddenLayers - 1}.`,
    );
  }
  const weights: StateDict = new Map();
  for (const [name, tensor] of await model.stateDict()) {
    const layer = LAYER.exec(name)?.[3];
    if (layer === undefined) weights.set(name, tensor);
    for (const [index, old] of layers.entries()) {
      if (layer === String(old)) weights.set(name.replace(LAYER, `$1$2.${index}.`), tensor);
    }
  }
  return withConfig(model, { numHiddenLayers: layers.length }).loadStateDict(weights, "keepLayers");
}

/**
 * A new model that knows some of a model's tokens only, under new ids; `tokenizer.keepTokens` does the same to its
 * tokenizer.
 *
 * @param ids  old ids, in the order of the new ones
 * @throws ConfigError if the model has no such token
 * @example
 * const cut = cutVocabulary(tokenizer, rawDatasets.train.column("sentence"), { size: 5000 });
 * const smaller = keepTokens(model, cut.keptIds);
 */
export async function keepTokens<Model extends PreTrainedModel<object>>(
  model: Model,
  ids: ArrayLike<number>,
): Promise<Model> {
  const { vocabSize, padTokenId } = model.config;
  const kept = Array.from(ids);
  const unknown = kept.find((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (unknown !== undefined)
    throw new ConfigError(`keepTokens: ${unknown} is none of the model's ${vocabSize} ids.`);
  const padding = padTokenId === null ? -1 : kept.indexOf(padTokenId);
  if (model.config.countsFromPadding && padding !== padTokenId) {
    throw new ConfigError(
      `keepTokens: this model counts positions from the id of its padding, ${padTokenId}; that token has to stay at its place.`,
    );
  }
  const smaller = withConfig(model, { vocabSize: kept.length, padTokenId: padding < 0 ? null : padding });
  const weights = await model.stateDict();
  for (const [name, { shape }] of smaller.namedParameters()) {
    const tensor = weights.get(name)!;
    // A weight whose first axis has changed with the vocabulary has a row for each token.
    if (shape[0] !== tensor.shape[0]) weights.set(name, rowsOf(tensor, kept));
  }
  return smaller.loadStateDict(weights, "keepTokens");
}

/** The same kind of model with other sizes and no weights yet. */
function withConfig<Model extends PreTrainedModel<object>>(
  model: Model,
  sizes: Partial<Pick<PretrainedConfig, "numHiddenLayers" | "vocabSize" | "padTokenId">>,
): Model {
  const Class = model.constructor as new (config: PretrainedConfig, seed: number) => Model;
  return new Class(model.config.with(sizes), model.context.seed);
}

function rowsOf({ dtype, shape, data }: HostTensor, rows: readonly number[]): HostTensor {
  const width = shape.slice(1).reduce((product, length) => product * length, 1);
  const bytes = byteLength(dtype, rows.length * width);
  const taken = elementsAt(dtype, new ArrayBuffer(bytes), 0, bytes);
  for (const [index, row] of rows.entries()) {
    (taken as Float32Array).set(
      (data as Float32Array).subarray(row * width, (row + 1) * width),
      index * width,
    );
  }
  return { dtype, shape: [rows.length, ...shape.slice(1)], data: taken };
}
