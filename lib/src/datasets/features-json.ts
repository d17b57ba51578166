import { DatasetError } from "../errors";
import { ClassLabel, Features, type FeatureType, isStruct, List, Value } from "./features";
import { isNestedDeeper, MOST_JSON_LEVELS } from "../json-depth";
import { warn } from "../notices";

/** A feature as Hugging Face's `datasets` writes it into `dataset_info.json` and parquet files. */
type FeatureJson = { readonly [key: string]: unknown } | readonly unknown[];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns `{ "dtype": "string", "_type": "Value" }` and the like */
export function featureToJson(feature: FeatureType): FeatureJson {
  if (feature instanceof Value) return { dtype: feature.dtype, _type: "Value" };
  if (feature instanceof ClassLabel) return { names: feature.names, _type: "ClassLabel" };
  if (feature instanceof List) {
    const length = feature.length < 0 ? {} : { length: feature.length };
    return { feature: featureToJson(feature.feature), ...length, _type: "List" };
  }
  return Object.fromEntries(Object.entries(feature).map(([name, type]) => [name, featureToJson(type)]));
}

export function featuresToJson(features: Features): Record<string, FeatureJson> {
  return Object.fromEntries(Array.from(features, ([name, type]) => [name, featureToJson(type)]));
}

/**
 * @param where what messages call the place that it comes from
 * @throws DatasetError if it is no feature, or of a kind that is not read here (images, audio …)
 */
export function featureFromJson(json: unknown, where: string): FeatureType {
  // Before version 4, `datasets` wrote a list as [feature].
  if (Array.isArray(json) && json.length === 1) return new List(featureFromJson(json[0], where));
  if (!isRecord(json)) throw new DatasetError(`${where}: ${JSON.stringify(json)} describes no feature.`);
  switch (json._type) {
    case "Value":
      // Arrow's large_string differs from string in the width of its offsets alone.
      if (typeof json.dtype === "string") return new Value(json.dtype.replace(/^large_/, ""));
      break;
    case "ClassLabel":
      if (Array.isArray(json.names) && json.names.every((name) => typeof name === "string"))
        return new ClassLabel({ names: json.names });
      break;
    case "List":
    case "LargeList":
    case "Sequence": {
      const length = typeof json.length === "number" ? json.length : -1;
      const feature = featureFromJson(json.feature, where);
      // Before version 4, a Sequence of an object was an object of lists.
      if (json._type === "Sequence" && isStruct(feature)) {
        return Object.fromEntries(
          Object.entries(feature).map(([name, type]) => [name, new List(type, length)]),
        );
      }
      return new List(feature, length);
    }
    case undefined:
      return Object.fromEntries(
        Object.entries(json).map(([name, type]) => [name, featureFromJson(type, `${where}, "${name}"`)]),
      );
  }
  throw new DatasetError(
    `${where}: features of type ${JSON.stringify(json._type)} cannot be read. Remove the column and load again.`,
  );
}

function checkColumns(json: unknown, where: string): asserts json is Record<string, unknown> {
  if (!isRecord(json)) throw new DatasetError(`${where}: the features are no object of columns.`);
  if (isNestedDeeper(json)) {
    throw new DatasetError(`${where}: the features are nested more than ${MOST_JSON_LEVELS} levels deep.`);
  }
}

/** As {@link featuresFromJson}, without the columns of kinds that are not known here, which a warning names. */
export function knownFeatures(json: unknown, where: string): Features {
  checkColumns(json, where);
  const known = new Features();
  for (const [name, type] of Object.entries(json)) {
    try {
      known.set(name, featureFromJson(type, `${where}, "${name}"`));
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      const kind = JSON.stringify((type as { _type?: unknown } | null)?._type ?? type);
      warn(`${where}: column "${name}" is a ${kind}, which is not known here; it is read as it is stored.`);
    }
  }
  return known;
}

export function featuresFromJson(json: unknown, where: string): Features {
  checkColumns(json, where);
  return new Features(
    Object.entries(json).map(([name, type]) => [name, featureFromJson(type, `${where}, "${name}"`)] as const),
  );
}
