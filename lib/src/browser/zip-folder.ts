import { Zip, ZipPassThrough } from "fflate";
import { readPieces } from "../platform/files.browser";
import path from "../platform/path.browser";
import { filesIn } from "./files";

/**
 * A folder as a zip archive, to be downloaded: `URL.createObjectURL(await zipFolder("/runs/model"))`. Weights do not get smaller by
 * compression, so nothing is compressed.
 *
 * @param folder  whose files are taken
 * @param top     the name of the folder in the archive. Default: its own
 */
export async function zipFolder(folder: string, top = path.basename(folder)): Promise<Blob> {
  const parts: BlobPart[] = [];
  const failures: Error[] = [];
  const zip = new Zip((error, piece) => {
    if (error) failures.push(error);
    parts.push(piece);
  });
  for (const file of await filesIn(folder)) {
    const entry = new ZipPassThrough(`${top}/${path.relative(folder, file)}`);
    zip.add(entry);
    for await (const piece of readPieces(file)) entry.push(piece);
    entry.push(new Uint8Array(), true);
  }
  zip.end();
  if (failures[0]) throw failures[0];
  return new Blob(parts, { type: "application/zip" });
}
