import { DatasetError } from "../../errors";
import type { Features } from "../features";
import { featuresFromJson } from "../features-json";
import type { YamlValue } from "./front-matter";

/**
 * The features of a card's `dataset_info`, in the short form that cards have:
 *
 *     - name: label
 *       dtype: { class_label: { names: { '0': negative, '1': positive } } }
 *
 * @throws DatasetError if it is none
 * @see datasets.Features._from_yaml_list
 */
export function cardFeatures(value: YamlValue, name: string): Features {
  return featuresFromJson(Object.fromEntries(fieldsOf(value, name)), name);
}

type Json = Record<string, unknown>;

function fieldsOf(value: YamlValue | undefined, where: string): [string, unknown][] {
  if (!Array.isArray(value)) throw new DatasetError(`${where}: its features are no list.`);
  return value.map((entry) => {
    const field = entry instanceof Map ? entry.get("name") : undefined;
    if (!(entry instanceof Map) || (typeof field !== "string" && typeof field !== "number")) {
      throw new DatasetError(`${where}: a feature has no name.`);
    }
    const feature = new Map(entry);
    feature.delete("name");
    return [String(field), featureOf(feature, `${where}, "${field}"`)];
  });
}

/** A feature in the form of dataset_info.json. */
function featureOf(value: YamlValue | undefined, where: string): unknown {
  if (Array.isArray(value)) return Object.fromEntries(fieldsOf(value, where));
  if (typeof value === "string") return featureOf(new Map([["dtype", value]]), where);
  if (!(value instanceof Map)) throw new DatasetError(`${where}: it describes no feature.`);
  const [kind] = value.keys();
  if (kind === undefined) return {};
  const content = value.get(kind);
  switch (kind) {
    case "dtype":
      if (typeof content !== "string") return featureOf(content, where);
      return /^(image|audio|video|pdf|json|nifti|mesh)$/.test(content)
        ? { _type: content[0]!.toUpperCase() + content.slice(1) }
        : { dtype: content, _type: "Value" };
    case "struct":
      return featureOf(content, where);
    case "list":
    case "sequence":
    case "large_list": {
      const length = value.get("length");
      const inner = featureOf(content, where);
      // A sequence of a struct is a struct of lists.
      if (kind === "sequence" && isStruct(inner)) {
        return Object.fromEntries(
          Object.entries(inner).map(([key, feature]) => [key, { feature, _type: "List" }]),
        );
      }
      return { feature: inner, ...(typeof length === "number" && { length }), _type: "List" };
    }
    case "class_label":
      return { names: classNames(content, where), _type: "ClassLabel" };
    default:
      return { _type: kind.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase()) };
  }
}

const isStruct = (feature: unknown): feature is Json =>
  typeof feature === "object" && feature !== null && !("_type" in feature);

/** The names of classes, as a list or by their numbers. */
function classNames(value: YamlValue | undefined, where: string): string[] {
  const names = value instanceof Map ? value.get("names") : undefined;
  if (Array.isArray(names)) return names.map((each) => String(each as string | number));
  if (!(names instanceof Map)) throw new DatasetError(`${where}: its class_label has no names.`);
  const numbered = [...names].sort(([a], [b]) => Number(a) - Number(b));
  if (numbered.some(([number], i) => Number(number) !== i)) {
    throw new DatasetError(`${where}: its classes are not numbered 0, 1, 2, …`);
  }
  return numbered.map(([, each]) => String(each as string | number));
}
