import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import type { Dataset } from "../../lib/src/datasets/dataset";
import { loadDataset, type LoadDatasetOptions } from "../../lib/src/datasets/load-dataset";
import { FinetuneError } from "../../lib/src/errors";
import { Random } from "../checkpoints/support";
import { askPython, pythonWith } from "../python";
import { csvFile, jsonFile } from "./file-kinds";
import { compare, type Difference, type Loaded, loadedOf } from "./loaded";

const { python, skip } = pythonWith("datasets", "pyarrow");
/** For other files. */
const SEED = Number(process.env.FINETUNE_SEED ?? 0);
const FILES = { csv: 300, json: 300, parquet: 300 };

interface File {
  builder: "csv" | "json" | "parquet";
  file: string;
  options: Record<string, unknown>;
}

/** Files of every kind, loaded here and by Python's `datasets`: the same types and values, but for what docs/datasets.md names. */
describe("files, loaded as Python loads them", { skip }, () => {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-differential-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const ask = (files: readonly File[]) =>
    askPython(python, path.join(__dirname, "load_files.py"), [path.join(folder, "cache")], files) as Loaded[];

  async function load({ builder, file, options }: File): Promise<{ dataset?: Dataset; loaded: Loaded }> {
    try {
      const given = { dataFiles: file, split: "train", ...options } as LoadDatasetOptions & { split: string };
      const dataset = (await loadDataset(builder, given)) as unknown as Dataset;
      return { dataset, loaded: loadedOf(dataset) };
    } catch (error) {
      assert.ok(error instanceof FinetuneError, String((error as Error).stack));
      return { loaded: { error: error.message } };
    }
  }

  function generated(builder: "csv" | "json", seed: number): File[] {
    const random = new Random(seed);
    return Array.from({ length: FILES[builder] }, (_, i) => {
      const { extension, content, options } = (builder === "csv" ? csvFile : jsonFile)(random);
      const file = path.join(folder, `${builder}-${i}.${extension}`);
      writeFileSync(file, content);
      return { builder, file, options };
    });
  }

  function writtenByPython(): File[] {
    askPython(
      python,
      path.join(__dirname, "write_parquet.py"),
      [folder, String(FILES.parquet), String(SEED + 7)],
      null,
    );
    return Array.from({ length: FILES.parquet }, (_, i) => {
      return { builder: "parquet", file: path.join(folder, `${i}.parquet`), options: {} };
    });
  }

  const KINDS = {
    csv: () => generated("csv", SEED + 3),
    json: () => generated("json", SEED + 4),
    parquet: writtenByPython,
  };
  for (const [builder, make] of Object.entries(KINDS)) {
    test(`${FILES[builder as keyof typeof FILES]} ${builder} files, and what is made of them as parquet`, async (context) => {
      const files = make();
      const counts = new Map<Difference, number>();
      const written: { file: File; loaded: Loaded }[] = [];
      for (const [i, theirs] of ask(files).entries()) {
        const { dataset, loaded } = await load(files[i]!);
        const differences = compare(builder, loaded, theirs);
        assert.ok(differences, `${files[i]!.file}\nhere:   ${show(loaded)}\nPython: ${show(theirs)}`);
        for (const each of differences) counts.set(each, (counts.get(each) ?? 0) + 1);
        if (!dataset || dataset.length === 0) continue;
        const file = path.join(folder, `${builder}-${i}-ours.parquet`);
        // Parquet has no objects without fields.
        if (
          Object.values((loaded as { features: Record<string, string> }).features).some((type) =>
            type.includes("{}"),
          )
        )
          continue;
        await dataset.toParquet(file);
        written.push({ file: { builder: "parquet", file, options: {} }, loaded });
      }
      for (const [difference, count] of counts) context.diagnostic(`${count} files: ${difference}`);

      for (const [i, theirs] of ask(written.map(({ file }) => file)).entries()) {
        const { file, loaded } = written[i]!;
        const differences = compare("parquet", loaded, theirs);
        assert.ok(differences?.size === 0, `${file.file}\nours:   ${show(loaded)}\nPython: ${show(theirs)}`);
      }
      context.diagnostic(`${written.length} of ours read by Python, all the same`);
    });
  }
});

const show = (loaded: Loaded) => JSON.stringify(loaded).slice(0, 1500);
