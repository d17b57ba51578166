import { appendFileSync, mkdirSync } from "../../platform/files";
import { hostname } from "../../platform/machine";
import path from "../../platform/path";

/**
 * A file that TensorBoard reads: records of protobuf's `Event` in the framing of TensorFlow's record files.
 *
 * @see tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto, tensorflow/core/lib/io/record_writer.cc
 */
export class EventFile {
  private static count = 0;
  private readonly file: string;

  /** @param directory  made if it is not there; each run has its own */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, "0");
    const name = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${EventFile.count++}`;
    this.file = path.join(directory, name);
    this.write([text(3, "brain.Event:2")]);
  }

  /** Numbers by their tags, at a step. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const entries = Object.entries(values).map(([tag, value]) => message(1, [text(1, tag), float(2, value)]));
    this.write([varint(2, step), message(5, entries)]);
  }

  /** A text, in Markdown. */
  text(tag: string, value: string): void {
    const plugin = message(9, [message(1, [text(1, "text")])]);
    const dtypeString = 7;
    const tensor = message(8, [
      varint(1, dtypeString),
      message(2, [message(2, [varint(1, 1)])]),
      text(8, value),
    ]);
    this.write([varint(2, 0), message(5, [message(1, [text(1, `${tag}/text_summary`), plugin, tensor])])]);
  }

  private write(fields: Buffer[]): void {
    const data = Buffer.concat([double(1, Date.now() / 1000), ...fields]);
    const header = Buffer.alloc(8);
    header.writeBigUInt64LE(BigInt(data.length));
    appendFileSync(this.file, Buffer.concat([header, checksum(header), data, checksum(data)]));
  }
}

// Protobuf's wire format: a key (field number and kind), then a value.

const key = (field: number, kind: number) => Buffer.of((field << 3) | kind);

function rawVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.of(...bytes, rest);
}

const varint = (field: number, value: number) => Buffer.concat([key(field, 0), rawVarint(value)]);

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, 5), bytes]);
}

function bytes(field: number, value: Buffer): Buffer {
  return Buffer.concat([key(field, 2), rawVarint(value.length), value]);
}

const text = (field: number, value: string) => bytes(field, Buffer.from(value, "utf8"));

const message = (field: number, fields: Buffer[]) => bytes(field, Buffer.concat(fields));

/** CRC-32C (Castagnoli), eight bits at a time. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value >>> 0;
});

/** The masked checksum of the record format. */
function checksum(data: Buffer): Buffer {
  let crc = 0xffffffff;
  for (const byte of data) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  crc = (crc ^ 0xffffffff) >>> 0;
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  const result = Buffer.alloc(4);
  result.writeUInt32LE(masked);
  return result;
}
