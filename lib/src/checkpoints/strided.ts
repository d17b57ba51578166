import { byteLength, type DType, elementCount, elementsAt, type TypedArray } from "./dtypes";

/** A view of PyTorch's on a storage: offset and strides count elements. */
export interface StridedView {
  offset: number;
  shape: readonly number[];
  stride: readonly number[];
}

/**
 * Elements of the storage that a view reaches.
 *
 * @returns one past the last (0 for a view without elements), or undefined if that overflows
 */
export function viewExtent({ offset, shape, stride }: StridedView): number | undefined {
  const count = elementCount(shape);
  if (count === undefined) return undefined;
  if (count === 0) return 0;
  let last = offset;
  for (const [axis, size] of shape.entries()) last += (size - 1) * stride[axis]!;
  return last < Number.MAX_SAFE_INTEGER ? last + 1 : undefined;
}

/** Whether the elements lie one behind the other in row-major order. */
export function isContiguous({ shape, stride }: StridedView): boolean {
  if (shape.includes(0)) return true;
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) continue;
    if (stride[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/**
 * Elements of a view in row-major order: the storage's own memory where they lie so already, else a copy.
 *
 * @param view  within the storage (`viewExtent`)
 */
export function contiguous(storage: ArrayBuffer, dtype: DType, view: StridedView): TypedArray {
  const bytes = byteLength(dtype, 1);
  const count = elementCount(view.shape) ?? 0;
  if (count === 0) return elementsAt(dtype, new ArrayBuffer(0), 0, 0);
  if (isContiguous(view)) return elementsAt(dtype, storage, view.offset * bytes, count * bytes);
  const copy = new ArrayBuffer(count * bytes);
  if (bytes === 1) gather(new Uint8Array(storage), new Uint8Array(copy), view);
  else if (bytes === 2) gather(new Uint16Array(storage), new Uint16Array(copy), view);
  else if (bytes === 4) gather(new Uint32Array(storage), new Uint32Array(copy), view);
  else gather(new BigUint64Array(storage), new BigUint64Array(copy), view);
  return elementsAt(dtype, copy, 0, copy.byteLength);
}

/** Copies as bit patterns, which keeps every NaN as it is. */
function gather<Words extends Uint8Array | Uint16Array | Uint32Array | BigUint64Array>(
  source: Words,
  target: Words,
  { offset, shape, stride }: StridedView,
): void {
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < target.length; to++) {
    target[to] = source[from]!;
    // Count up like an odometer; `from` follows by strides.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += stride[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= stride[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
}
