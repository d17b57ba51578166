import { existsSync, statSync } from "../../platform/files";
import path from "../../platform/path";
import { DatasetError } from "../../errors";
import { isGlob } from "../glob";
import { type DataFiles, expand, splitsOfDataFiles } from "./configurations";
import { downloadUrl, isUrl } from "./url";
import type { FileSet } from "./file-set";
import type { FoundFiles } from "./hub-dataset";
import { localFolder } from "./local-folder";
import { withoutCredentials } from "../../hub/credentials";

/**
 * Files given by path, pattern or https address.
 *
 * @param base folder that paths are relative to
 * @param isFormatKnown whether patterns find files of any name
 * @throws DatasetError if there is none
 */
export async function listedFiles(
  dataFiles: DataFiles,
  base: string,
  isFormatKnown = false,
): Promise<FoundFiles> {
  const splits = splitsOfDataFiles(dataFiles);
  const paths: string[] = [];
  for (const pattern of [...splits.values()].flat()) {
    if (isUrl(pattern) || !isGlob(pattern) || existsSync(path.resolve(base, pattern))) paths.push(pattern);
    else paths.push(...(await matching(pattern, base)));
  }
  const locate = (file: string) => path.resolve(base, file);
  const missing = paths.find(
    (file) => !isUrl(file) && !statSync(locate(file), { throwIfNoEntry: false })?.isFile(),
  );
  if (missing !== undefined) {
    throw new DatasetError(`There is no file ${locate(missing)}. Correct \`dataFiles\`.`);
  }
  const set: FileSet = {
    name: "dataFiles",
    // Patterns were looked up by what they lead to; `expand` finds a file by its very name.
    paths: paths.map((file) => file.replace(/^\.\//, "")),
    fetch: (file) => (isUrl(file) ? downloadUrl(file) : Promise.resolve(locate(file))),
    describe: withoutCredentials,
  };
  const isWanted = isFormatKnown ? () => true : undefined;
  return { set, files: expand(set, splits, isWanted) };
}

async function matching(pattern: string, base: string): Promise<string[]> {
  // List from the last folder that is named in full.
  const fixed = pattern.slice(0, pattern.search(/[*?[{]/));
  const prefix = fixed.slice(0, fixed.lastIndexOf("/") + 1);
  const folder = path.resolve(base, prefix || ".");
  if (!existsSync(folder)) throw new DatasetError(`There is no folder ${folder}. Correct \`dataFiles\`.`);
  const { paths } = await localFolder(folder);
  return paths.map((file) => prefix + file);
}
