import { existsSync } from "../platform/files";
import path from "../platform/path";
import { libraryVersion } from "../platform/version";
import { datasetsCache } from "./cache-folder";
import { fingerprint, tableFingerprint } from "./fingerprint";
import type { Table } from "./table";
import { readTableFile, writeTableFile } from "./table-file";
import { warn } from "../notices";

export interface MapCacheOptions {
  /**
   * What the function uses beside its arguments: the tokenizer, settings … Given (even empty), the result is kept on
   * disk, and taken from there the next time that dataset, function and these are the same. Default: nothing is kept.
   */
  cacheDependencies?: readonly unknown[];
  /** Keep the result in this file, rather than under a name of its own in the datasets' cache. */
  cacheFile?: string;
  /** Take a kept result where there is one. Default true; false computes anew and replaces it. */
  loadFromCacheFile?: boolean;
}

/** The place of one result of `map`. */
export interface MapCache {
  /**
   * @param probe digest of what the function makes of a few rows now
   * @returns the columns that were made, or undefined if they are not kept or the function makes something else
   */
  load(probe: () => Promise<string>): Promise<Table | undefined>;
  save(made: Table, probe: () => Promise<string>): Promise<void>;
}

/** Changes whenever the same function makes something else of the same dataset. */
const VERSION = "map 2";

/**
 * Where the result of a function on a table is kept: by a digest of the table's content, the function's source text, how
 * it is called, and the values that it depends on.
 *
 * @returns undefined if nothing is to be kept
 */
export function mapCache(
  table: Table,
  apply: (...args: never[]) => unknown,
  call: Readonly<Record<string, unknown>>,
  { cacheDependencies, cacheFile, loadFromCacheFile = true }: MapCacheOptions,
): MapCache | undefined {
  if (cacheDependencies === undefined && cacheFile === undefined) return undefined;
  // Another version may have corrected a tokenizer.
  const way = { ...call, library: libraryVersion() };
  const key = fingerprint(VERSION, tableFingerprint(table), apply, way, cacheDependencies ?? []);
  const file = path.resolve(cacheFile ?? datasetsCache("map", `${key}.safetensors`));
  return {
    async load(probe) {
      if (!loadFromCacheFile || !existsSync(file)) return undefined;
      // Damaged, or of an older version: made again and replaced.
      const kept = await readTableFile(file).catch(() => undefined);
      if (kept?.notes.fingerprint !== key) return undefined;
      // A function that fails on a few rows will say so when it gets all.
      const found = await probe().catch(() => undefined);
      return kept.notes.probe === found ? kept.table : undefined;
    },
    async save(made, probe) {
      try {
        await writeTableFile(file, made, { fingerprint: key, probe: await probe() });
      } catch (error) {
        warn(`map: the result is not kept for the next time: ${(error as Error).message}`);
      }
    },
  };
}
