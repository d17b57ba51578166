import { crc32, inflateRawSync } from "../platform/compression";
import { CheckpointError } from "../errors";
import type { ByteSource } from "./byte-source";
import { quoteName } from "./strict-json";

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_BYTES = 20;
const ZIP64_END_BYTES = 56;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
/** Deflate cannot shrink further than this, so a larger claim is a lie. */
const MAX_DEFLATE_RATIO = 1032;

/** torch.save does not compress; what was compressed later is read up to this size, or this many times the file's. */
const FREE_BYTES = 256 * 2 ** 20;
const MOST_GROWTH = 8;

interface ZipEntry {
  name: string;
  method: "stored" | "deflated";
  crc: number;
  compressedSize: number;
  size: number;
  localHeader: number;
}

interface Directory {
  count: number;
  position: number;
  bytes: number;
}

/**
 * Reader for the zip archives that torch.save writes (zip64, entries stored without compression), strict about
 * bounds. Entries are read when asked for.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export class ZipArchive {
  private constructor(
    private readonly source: ByteSource,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** @throws CheckpointError if the directory at the end of the archive is missing, damaged or out of bounds */
  static async open(source: ByteSource): Promise<ZipArchive> {
    const directory = await findDirectory(source);
    const bytes = await source.read(directory.position, directory.bytes);
    return new ZipArchive(source, parseDirectory(new DataView(bytes), directory, source));
  }

  /** Names of the entries, in the order of the archive's directory. */
  get names(): string[] {
    return [...this.entries.keys()];
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** Content of an entry in a buffer of its own, inflated if need be, its checksum verified. */
  async read(name: string): Promise<ArrayBuffer> {
    const entry = this.entries.get(name);
    if (!entry) throw damage(this.source, `there is no entry ${quoteName(name)}`);
    const stored = await this.source.read(await this.dataStart(entry), entry.compressedSize);
    const content = entry.method === "stored" ? stored : inflate(stored, entry, this.source);
    // Zero: torch.serialization.set_crc32_options(False) writes no checksums.
    if (entry.crc !== 0 && crc32(new Uint8Array(content)) !== entry.crc) {
      throw damage(this.source, `entry ${quoteName(name)} does not have its checksum`);
    }
    return content;
  }

  /** The local header repeats the name and has padding of its own, so only it knows where the data begins. */
  private async dataStart({ name, localHeader }: ZipEntry): Promise<number> {
    const view = new DataView(await this.source.read(localHeader, LOCAL_BYTES));
    const nameBytes = view.getUint16(26, true);
    const there = view.getUint32(0, true) === 0x04034b50;
    const itsName = there
      ? decodeName(await this.source.read(localHeader + LOCAL_BYTES, nameBytes))
      : undefined;
    if (itsName !== name)
      throw damage(this.source, `entry ${quoteName(name)} is not where the directory says`);
    return localHeader + LOCAL_BYTES + nameBytes + view.getUint16(28, true);
  }
}

function damage(source: ByteSource, rule: string): CheckpointError {
  return new CheckpointError(
    `${source.name}: damaged zip archive: ${rule}. The file may not be complete; download it again.`,
  );
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const tailBytes = Math.min(source.size, END_BYTES + MAX_COMMENT_BYTES);
  const tailStart = source.size - tailBytes;
  const tail = new DataView(await source.read(tailStart, tailBytes));
  let end = tailBytes - END_BYTES;
  // The record is followed by a comment of the length that it states, up to the end of the file.
  while (
    end >= 0 &&
    !(
      tail.getUint32(end, true) === 0x06054b50 &&
      tail.getUint16(end + 20, true) === tailBytes - END_BYTES - end
    )
  ) {
    end -= 1;
  }
  if (end < 0) throw damage(source, "there is no directory at its end");
  let count = tail.getUint16(end + 10, true);
  let bytes = tail.getUint32(end + 12, true);
  let position = tail.getUint32(end + 16, true);
  let limit = tailStart + end;
  if (count === 0xffff || bytes === 0xffffffff || position === 0xffffffff) {
    const locator = new DataView(await source.read(limit - LOCATOR_BYTES, LOCATOR_BYTES));
    if (locator.getUint32(0, true) !== 0x07064b50) throw damage(source, "there is no zip64 locator");
    limit = safeNumber(locator, 8, source);
    const record = new DataView(await source.read(limit, ZIP64_END_BYTES));
    if (record.getUint32(0, true) !== 0x06064b50) throw damage(source, "there is no zip64 directory record");
    count = safeNumber(record, 32, source);
    bytes = safeNumber(record, 40, source);
    position = safeNumber(record, 48, source);
  }
  if (position + bytes > limit) throw damage(source, "the directory runs past its end");
  if (count * CENTRAL_BYTES > bytes) throw damage(source, `the directory has no room for ${count} entries`);
  return { count, position, bytes };
}

function parseDirectory(view: DataView, directory: Directory, source: ByteSource): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  let [total, unpacked] = [0, 0];
  for (let i = 0; i < directory.count; i++) {
    if (at + CENTRAL_BYTES > view.byteLength) throw damage(source, `directory entry ${i} is cut off`);
    if (view.getUint32(at, true) !== 0x02014b50)
      throw damage(source, `directory entry ${i} has no signature`);
    const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw damage(source, `directory entry ${i} is cut off`);
    const name = decodeName(view.buffer.slice(at + CENTRAL_BYTES, nameEnd) as ArrayBuffer);
    if (entries.has(name)) throw damage(source, `there are two entries ${quoteName(name)}`);
    const entry = parseEntry(view, at, name, nameEnd, extraEnd, source);
    total += entry.compressedSize;
    unpacked += entry.size;
    if (
      entry.localHeader + LOCAL_BYTES + entry.compressedSize > directory.position ||
      total > directory.position
    ) {
      throw damage(source, `entry ${quoteName(name)} runs past the end`);
    }
    entries.set(name, entry);
    at = next;
  }
  if (unpacked > Math.max(FREE_BYTES, MOST_GROWTH * source.size)) {
    throw new CheckpointError(
      `${source.name}: unpacks to ${unpacked} bytes, too much for a file of ${source.size}: weights hardly shrink. If you ` +
        "trust it, load it in Python and save it again.",
    );
  }
  return entries;
}

function parseEntry(
  view: DataView,
  at: number,
  name: string,
  extraStart: number,
  extraEnd: number,
  source: ByteSource,
): ZipEntry {
  const where = `entry ${quoteName(name)}`;
  if ((view.getUint16(at + 8, true) & 1) !== 0) throw damage(source, `${where} is encrypted`);
  const code = view.getUint16(at + 10, true);
  if (code !== 0 && code !== 8) throw damage(source, `${where} has the unknown compression method ${code}`);
  let zip64 = findZip64(view, extraStart, extraEnd);
  const sizes = [at + 24, at + 20, at + 42].map((offset) => {
    const value = view.getUint32(offset, true);
    if (value !== 0xffffffff) return value;
    // The 64-bit fields stand in this order, and only those that are needed.
    if (zip64 === undefined || zip64.at + 8 > zip64.end)
      throw damage(source, `${where} lacks its zip64 sizes`);
    zip64 = { at: zip64.at + 8, end: zip64.end };
    return safeNumber(view, zip64.at - 8, source);
  });
  const [size, compressedSize, localHeader] = sizes as [number, number, number];
  const method = code === 0 ? "stored" : "deflated";
  if (method === "stored" ? size !== compressedSize : size > compressedSize * MAX_DEFLATE_RATIO) {
    throw damage(source, `${where}: ${compressedSize} bytes ${method} cannot be ${size}`);
  }
  return { name, method, crc: view.getUint32(at + 16, true), compressedSize, size, localHeader };
}

function findZip64(view: DataView, start: number, end: number): { at: number; end: number } | undefined {
  for (let at = start; at + 4 <= end;) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1) return { at: at + 4, end: Math.min(fieldEnd, end) };
    at = fieldEnd;
  }
  return undefined;
}

function safeNumber(view: DataView, offset: number, source: ByteSource): number {
  const value = view.getBigUint64(offset, true);
  if (value > BigInt(source.size) * BigInt(MAX_DEFLATE_RATIO))
    throw damage(source, `${value} is no size in this file`);
  return Number(value);
}

function decodeName(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("utf8");
}

function inflate(stored: ArrayBuffer, { name, size }: ZipEntry, source: ByteSource): ArrayBuffer {
  try {
    const content = inflateRawSync(stored, { maxOutputLength: Math.max(size, 1) });
    if (content.length === size) return new Uint8Array(content).buffer;
  } catch (error) {
    throw damage(source, `entry ${quoteName(name)}: ${(error as Error).message}`);
  }
  throw damage(source, `entry ${quoteName(name)} does not inflate to its ${size} bytes`);
}
