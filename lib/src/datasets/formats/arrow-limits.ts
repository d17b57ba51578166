import type * as Arrow from "apache-arrow";
import { ByteBuffer } from "flatbuffers";

/** A field of a description takes some bytes and is looked up a few times. */
const LOOKUPS_PER_BYTE = 16;
const FREE_LOOKUPS = 10_000;

const lookups = new WeakMap<ByteBuffer, number>();
let isLimited = false;

/**
 * Bounds what apache-arrow reads of the descriptions in a file. They are FlatBuffers, which the library takes on trust: a
 * list may claim any length, and fields may contain each other, so that a kilobyte unfolds to any number of them. No vector
 * is longer than its buffer now, and no buffer is looked at more often than one without such loops could be.
 */
export function limitFlatBuffers(): void {
  if (isLimited) return;
  isLimited = true;
  const { prototype } = ByteBuffer;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the buffers below
  const { __offset: offset, __vector_len: length } = prototype;
  prototype.__offset = function (this: ByteBuffer, table: number, field: number) {
    const count = (lookups.get(this) ?? 0) + 1;
    if (count > FREE_LOOKUPS + LOOKUPS_PER_BYTE * this.capacity()) {
      throw new RangeError("its description contains itself");
    }
    lookups.set(this, count);
    return offset.call(this, table, field);
  };
  prototype.__vector_len = function (this: ByteBuffer, at: number) {
    const found = length.call(this, at);
    if (found >= 0 && found <= this.capacity()) return found;
    throw new RangeError(`a list of its description claims ${found} entries`);
  };
}

/**
 * Every value of a column has to lie in the file, before it is looked at.
 *
 * @throws RangeError that says what does not
 */
export function checkExtent(arrow: typeof Arrow, data: Arrow.Data): void {
  const { DataType } = arrow;
  const { length } = data;
  const valueOffsets = data.valueOffsets as Int32Array | BigInt64Array | undefined;
  const type = data.type;
  const children = data.children;
  if (DataType.isDictionary(type)) {
    for (const each of data.dictionary?.data ?? []) checkExtent(arrow, each as Arrow.Data);
  } else if (valueOffsets && !DataType.isUnion(type)) {
    const end = children[0]?.length ?? (data.values as Uint8Array).length;
    if (length > 0) checkOffsets(valueOffsets, length, end);
  } else if (DataType.isFixedSizeList(type)) {
    if (length * type.listSize > (children[0]?.length ?? 0))
      throw new RangeError("a list is longer than its values");
  } else if (DataType.isStruct(type)) {
    for (const child of children)
      if (child.length < length) throw new RangeError("a field has too few values");
  } else if (DataType.isUnion(type)) {
    throw new RangeError("columns of several types (unions) are not read");
  } else if (!DataType.isNull(type)) {
    const values = (data.values as ArrayLike<unknown> | undefined)?.length ?? 0;
    const needed = DataType.isBool(type) ? Math.ceil(length / 8) : length * data.stride;
    if (values < needed) throw new RangeError(`a column has ${values} of ${needed} values`);
  }
  if (data.nullCount > 0 && data.nullBitmap && data.nullBitmap.length * 8 < length) {
    throw new RangeError("a column's marks of nulls end too early");
  }
  for (const child of children) checkExtent(arrow, child);
}

function checkOffsets(offsets: Int32Array | BigInt64Array, length: number, end: number): void {
  if (offsets.length <= length) throw new RangeError("a column has too few offsets");
  let last = Number(offsets[0]);
  for (let i = 0; i <= length; i++) {
    const at = Number(offsets[i]);
    if (at < last || at < 0 || at > end) throw new RangeError("an offset leads outside the values");
    last = at;
  }
}
