import { type FeatureType, featureToString, isStruct, List, type StructType, Value } from "./features";

const INTEGERS = ["int8", "int16", "int32", "int64"];
const isInteger = (dtype: string) => INTEGERS.includes(dtype);
const isFraction = (dtype: string) => /^float(32|64)$/.test(dtype);

export const isNullType = (feature: FeatureType): boolean =>
  feature instanceof Value && feature.dtype === "null";

/**
 * The type that holds the values of both: null gives way, integers widen, fractions take integers in, lists and objects
 * go field by field, and a field that one of them lacks is null there.
 *
 * @returns undefined where there is none
 */
export function commonType(a: FeatureType, b: FeatureType): FeatureType | undefined {
  if (isNullType(a)) return b;
  if (isNullType(b)) return a;
  if (a instanceof Value && b instanceof Value) return commonValue(a, b);
  if (a instanceof List && b instanceof List) {
    const feature = commonType(a.feature, b.feature);
    return feature && new List(feature, a.length === b.length ? a.length : -1);
  }
  if (isStruct(a) && isStruct(b)) return commonStruct(a, b);
  return featureToString(a) === featureToString(b) ? a : undefined;
}

function commonValue(a: Value, b: Value): Value | undefined {
  if (a.dtype === b.dtype) return a;
  const both = [a.dtype, b.dtype];
  if (both.every(isInteger)) {
    return new Value(INTEGERS[Math.max(...both.map((dtype) => INTEGERS.indexOf(dtype)))]!);
  }
  return both.every((dtype) => isInteger(dtype) || isFraction(dtype)) ? new Value("float64") : undefined;
}

function commonStruct(a: StructType, b: StructType): StructType | undefined {
  const fields = new Map(Object.entries(a));
  for (const [name, type] of Object.entries(b)) {
    const before = fields.get(name);
    const common = before === undefined ? type : commonType(before, type);
    if (common === undefined) return undefined;
    fields.set(name, common);
  }
  return Object.fromEntries(fields);
}
