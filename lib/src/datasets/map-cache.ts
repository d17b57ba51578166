import { existsSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CheckpointError, DatasetError } from "../errors";
import { datasetsCache } from "./cache-folder";
import type { Cell, Column } from "./columns";
import { fingerprint, tableFingerprint } from "./fingerprint";
import type { Table } from "./table";
import { readTableFile, writeTableFile } from "./table-file";

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
  /** The columns that were made, or undefined if they are not kept. */
  load(): Promise<Table | undefined>;
  save(made: Table): Promise<void>;
}

/** Changes whenever the same function makes something else of the same dataset. */
const VERSION = "map 1";

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
  const key = fingerprint(VERSION, tableFingerprint(table), apply, call, cacheDependencies ?? []);
  const file = cacheFile ?? datasetsCache("map", `${key}.safetensors`);
  return {
    async load() {
      if (!loadFromCacheFile || !existsSync(file)) return undefined;
      try {
        const { table: made, notes } = await readTableFile(file);
        return notes.fingerprint === key ? made : undefined;
      } catch (error) {
        // Damaged, or of an older version: made again and replaced.
        if (error instanceof DatasetError || error instanceof CheckpointError) return undefined;
        throw error;
      }
    },
    async save(made) {
      try {
        await writeTableFile(path.resolve(file), made, { fingerprint: key });
      } catch (error) {
        if (!(error instanceof CheckpointError || error instanceof DatasetError)) throw error;
        console.warn(`map: the result is not kept for the next time: ${error.message}`);
      }
    },
  };
}

/** Whether columns hold what others hold from a row on. */
export function hasSameCells(kept: Table, made: ReadonlyMap<string, Column>, from: number): boolean {
  for (const [name, column] of made) {
    const there = kept.columns.get(name);
    if (there === undefined || there.length < from + column.length || from < 0) return false;
    for (let row = 0; row < column.length; row++) {
      if (!isDeepStrictEqual(plain(there.get(from + row)), plain(column.get(row)))) return false;
    }
  }
  return made.size === kept.columns.size;
}

/** Lists may be of int32 in one batch and of float64 in all together. */
const plain = (cell: Cell): Cell =>
  ArrayBuffer.isView(cell) ? Array.from(cell as unknown as ArrayLike<number>) : cell;
