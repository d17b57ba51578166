import { CheckpointError } from "../errors";
import { writeFileAtomic } from "./atomic-file";
import {
  byteLength,
  type DType,
  ELEMENT_TYPES,
  elementCount,
  type HostTensor,
  isNumericDType,
  type StateDict,
} from "./dtypes";
import { MAX_HEADER_BYTES, PREFIX_BYTES } from "./safetensors-header";
import { quoteName } from "./strict-json";

/** The order of the safetensors library: largest elements first, so that every tensor is aligned. */
const ORDER: readonly DType[] = [
  ...(["U64", "I64", "F64", "C64", "F32", "U32", "I32", "BF16", "F16", "U16", "I16"] as const),
  ...(["F8_E5M2FNUZ", "F8_E4M3FNUZ", "F8_E8M0", "F8_E4M3", "F8_E5M2", "I8", "U8"] as const),
  ...(["F6_E3M2", "F6_E2M3", "F4", "BOOL"] as const),
];

/**
 * Writes tensors as a safetensors file, byte for byte as the safetensors library for Python would. Atomic: the
 * file is whole or as it was before. Large tensors go to disk from where they lie, without a second copy.
 *
 * @param tensors   by name; must not change until the promise resolves
 * @param metadata  transformers refuses files whose `format` is missing, so the default is `{ format: "pt" }`
 * @throws CheckpointError for a tensor whose data does not fit its shape or type, or a file that cannot be written
 * @example
 * await writeSafetensors("model.safetensors", await model.stateDict(), { format: "pt" });
 */
export async function writeSafetensors(
  file: string,
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = { format: "pt" },
): Promise<void> {
  await writeFileAtomic(file, serialized(tensors, metadata, file));
}

/** The file as pieces in order: prefix and header, then each tensor's own memory. */
function serialized(
  tensors: StateDict,
  metadata: Readonly<Record<string, string>>,
  file: string,
): Uint8Array[] {
  const fields: string[] = [];
  if (Object.keys(metadata).length > 0) fields.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const [name, tensor] of inFileOrder(tensors)) {
    const bytes = bytesOf(name, tensor, file);
    const entry = {
      dtype: tensor.dtype,
      shape: tensor.shape,
      data_offsets: [offset, offset + bytes.length],
    };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    data.push(bytes);
    offset += bytes.length;
  }
  const json = Buffer.from(`{${fields.join(",")}}`, "utf8");
  const padded = Math.ceil(json.length / 8) * 8;
  if (padded > MAX_HEADER_BYTES) {
    throw new CheckpointError(
      `${file}: the header would have ${padded} bytes; readers take ${MAX_HEADER_BYTES}.`,
    );
  }
  const head = Buffer.alloc(PREFIX_BYTES + padded, " ");
  head.writeBigUInt64LE(BigInt(padded));
  head.set(json, PREFIX_BYTES);
  return [head, ...data];
}

function inFileOrder(tensors: StateDict): [string, HostTensor][] {
  // Names by their UTF-8 bytes, which is not JavaScript's order of strings above U+FFFF.
  const keyed = [...tensors].map((entry) => ({
    entry,
    rank: ORDER.indexOf(entry[1].dtype),
    key: Buffer.from(entry[0]),
  }));
  keyed.sort((a, b) => a.rank - b.rank || Buffer.compare(a.key, b.key));
  return keyed.map(({ entry }) => entry);
}

function bytesOf(name: string, { dtype, shape, data }: HostTensor, file: string): Uint8Array {
  const invalid = (rule: string): CheckpointError =>
    new CheckpointError(`${file}: tensor ${quoteName(name)} cannot be written: ${rule}.`);
  if (name === "__metadata__" || /\p{Surrogate}/u.test(name))
    throw invalid("the format does not allow its name");
  if (!(data instanceof ELEMENT_TYPES[dtype].array)) {
    throw invalid(`${dtype} is kept in a ${ELEMENT_TYPES[dtype].array.name}, not a ${data.constructor.name}`);
  }
  const count = elementCount(shape);
  if (count === undefined || byteLength(dtype, count) !== data.byteLength) {
    const found = isNumericDType(dtype) ? `${data.length} elements` : `${data.byteLength} bytes`;
    throw invalid(`shape [${shape.join(", ")}] does not hold the ${found} that it has`);
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
