/** Arrays from so many bytes on are sent by themselves, without a copy. */
const LARGE_BYTES = 2 ** 16;

const TYPES = {
  ...{ Float32Array, Float64Array, Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array },
  ...{ BigInt64Array, BigUint64Array },
};

/** A typed array. */
export type LargeArray = InstanceType<(typeof TYPES)[keyof typeof TYPES]>;

/** What stands in an array's place. */
interface Placeholder {
  type: keyof typeof TYPES;
  length: number;
}

const MARK = "finetune-ts:array";

export const bytesOf = (array: LargeArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Applies a change to every value in plain objects, arrays and maps. */
function changed(value: unknown, change: (value: object) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const by = change(value);
  if (by !== undefined) return by;
  if (Array.isArray(value)) return value.map((each) => changed(each, change));
  if (value instanceof Map) {
    return new Map(Array.from(value as Map<unknown, unknown>, ([key, each]) => [key, changed(each, change)]));
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, changed(each, change)]));
}

/** A value with its large arrays taken out. @param arrays  where they go, in their order */
export function withoutLargeArrays(value: unknown, arrays: LargeArray[]): unknown {
  return changed(value, (each) => {
    const type = each.constructor?.name as keyof typeof TYPES;
    if (!ArrayBuffer.isView(each) || !Object.hasOwn(TYPES, type) || each.byteLength < LARGE_BYTES)
      return undefined;
    arrays.push(each as LargeArray);
    return { [MARK]: { type, length: (each as LargeArray).length } satisfies Placeholder };
  });
}

/** What {@link withoutLargeArrays} has made, with new arrays. @param arrays  where they are told, to be filled */
export function withLargeArrays(value: unknown, arrays: LargeArray[]): unknown {
  return changed(value, (each) => {
    const place = (each as Record<string, unknown>)[MARK] as Placeholder | undefined;
    if (!place) return undefined;
    const array = new TYPES[place.type](place.length);
    arrays.push(array);
    return array;
  });
}
