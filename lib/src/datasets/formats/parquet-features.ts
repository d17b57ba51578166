import type { SchemaElement } from "hyparquet";
import { type FeatureType, List, Value } from "../features";
import { fieldName } from "./parquet-schema";

/**
 * What a column holds, going by parquet's own types.
 *
 * @param elements  the column's part of the schema, which lists a tree depth first
 * @returns undefined where one of its types is rare: look at the values
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
export function featureOfSchema(elements: readonly SchemaElement[]): FeatureType | undefined {
  return featureOf(treeOf(elements));
}

interface Node {
  element: SchemaElement;
  children: Node[];
}

function treeOf(elements: readonly SchemaElement[]): Node {
  let at = 0;
  const next = (): Node => {
    const element = elements[at++]!;
    return { element, children: Array.from({ length: element.num_children ?? 0 }, next) };
  };
  return next();
}

function featureOf(node: Node): FeatureType | undefined {
  const { element, children } = node;
  // Repeated without a list around it: lists as they were first.
  if (element.repetition_type === "REPEATED") return listOf(contentOf(node));
  if (element.converted_type === "LIST" || element.logical_type?.type === "LIST") {
    const [repeated] = children;
    return (
      repeated &&
      listOf(isWrapper(repeated, element) ? featureOf(repeated.children[0]!) : contentOf(repeated))
    );
  }
  return contentOf(node);
}

const listOf = (feature: FeatureType | undefined) => feature && new List(feature);

/** Whether the repeated part of a list is there for itself only. @see LogicalTypes.md, backward compatibility rules */
const isWrapper = ({ element, children }: Node, { name }: SchemaElement) =>
  children.length === 1 && element.name !== "array" && element.name !== `${name}_tuple`;

/** Of one value, whether or not there are several. */
function contentOf({ element, children }: Node): FeatureType | undefined {
  if (children.length === 0) return valueOf(element);
  if (/^MAP/.test(element.converted_type ?? element.logical_type?.type ?? "")) return undefined;
  const fields = children.map((child) => [fieldName(child.element.name), featureOf(child)] as const);
  if (fields.some(([, feature]) => feature === undefined)) return undefined;
  return Object.fromEntries(fields as (readonly [string, FeatureType])[]);
}

const PHYSICAL: Readonly<Record<string, string>> = {
  BOOLEAN: "bool",
  INT32: "int32",
  INT64: "int64",
  INT96: "timestamp[ns]",
  FLOAT: "float32",
  DOUBLE: "float64",
  BYTE_ARRAY: "binary",
};
const UNITS: Readonly<Record<string, string>> = { MILLIS: "ms", MICROS: "us", NANOS: "ns" };

function valueOf({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): Value | undefined {
  const named = (dtype: string) => new Value(dtype);
  switch (logical?.type) {
    case "STRING":
    case "JSON":
      return named("string");
    case "NULL":
      return named("null");
    case "DATE":
      return named("date32");
    case "FLOAT16":
      return named("float16");
    case "INTEGER":
      return named(`${logical.isSigned ? "" : "u"}int${logical.bitWidth}`);
    case "TIMESTAMP": {
      const unit = UNITS[logical.unit];
      return unit === undefined
        ? undefined
        : named(`timestamp[${unit}${logical.isAdjustedToUTC ? ", tz=UTC" : ""}]`);
    }
    case undefined:
      break;
    default:
      return undefined;
  }
  if (converted === "UTF8" || converted === "JSON") return named("string");
  if (converted === "DATE") return named("date32");
  if (converted === "TIMESTAMP_MILLIS") return named("timestamp[ms, tz=UTC]");
  if (converted === "TIMESTAMP_MICROS") return named("timestamp[us, tz=UTC]");
  if (converted !== undefined)
    return /^U?INT_\d+$/.test(converted) ? named(converted.toLowerCase().replace("_", "")) : undefined;
  const dtype = PHYSICAL[type ?? ""];
  return dtype === undefined ? undefined : named(dtype);
}
