import { DatasetError } from "../../errors";
import { TextColumn } from "../columns";
import { Value } from "../features";
import { Table } from "../table";
import { checkUtf8, contentStart, readDataFile } from "./file-bytes";

/** What a row of a text file is. */
export type SampleBy = "line" | "paragraph" | "document";

const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads a text file: a column `text` of its lines (without line ends, empty ones too), of its paragraphs (between empty lines), or
 * of all of it.
 *
 * @throws DatasetError naming the line that is not UTF-8
 * @see datasets.packaged_modules.text
 */
export async function readText(
  path: string,
  sampleBy: SampleBy = "line",
  name: string = path,
): Promise<Table> {
  const bytes = await readDataFile(path, name);
  checkUtf8(name, bytes);
  const pieces = PIECES[sampleBy];
  if (pieces === undefined) {
    throw new DatasetError(
      `sampleBy is ${JSON.stringify(sampleBy)}; it must be "line", "paragraph" or "document".`,
    );
  }
  const [starts, ends] = pieces(bytes, contentStart(bytes));
  const column = TextColumn.over(bytes, Int32Array.from(starts), Int32Array.from(ends));
  return new Table(new Map([["text", column]]), new Map([["text", new Value("string")]]));
}

/** Where the pieces begin, and where they end. */
type Pieces = (bytes: Buffer, from: number) => [starts: number[], ends: number[]];

const PIECES: Readonly<Record<SampleBy, Pieces | undefined>> = {
  line(bytes, from) {
    const [starts, ends]: [number[], number[]] = [[], []];
    for (let start = from; start < bytes.length;) {
      let end = start;
      while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end++;
      starts.push(start);
      ends.push(end);
      start = end + (bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1);
    }
    return [starts, ends];
  },
  paragraph(bytes, from) {
    const [starts, ends]: [number[], number[]] = [[], []];
    const [lines, lineEnds] = PIECES.line!(bytes, from);
    let open = false;
    for (const [i, start] of lines.entries()) {
      const isEmpty = start === lineEnds[i];
      if (!isEmpty && open) ends[ends.length - 1] = lineEnds[i]!;
      else if (!isEmpty) {
        starts.push(start);
        ends.push(lineEnds[i]!);
      }
      open = !isEmpty;
    }
    return [starts, ends];
  },
  document: (bytes, from) => [[from], [bytes.length]],
};
