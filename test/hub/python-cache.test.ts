import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { downloadFile } from "../../lib/src/hub/download-file";
import { downloadSnapshot } from "../../lib/src/hub/snapshot";
import { pythonWith } from "../python";
import { gitBlobHash, type ServedRepo } from "./served-repo";
import { allFiles, hubForTest, noise } from "./support";

const { python: PYTHON, skip } = pythonWith("huggingface_hub");

const DATASET: ServedRepo = {
  type: "dataset",
  name: "nyu-mll/glue",
  revisions: {
    main: {
      "README.md": { content: Buffer.from("# GLUE\n") },
      "sst2/train.parquet": { content: noise(100_000), large: true },
      "empty.txt": { content: Buffer.alloc(0) },
    },
  },
};
const MODEL: ServedRepo = {
  type: "model",
  name: "org/tiny",
  revisions: {
    main: {
      "config.json": { content: Buffer.from("{}") },
      "model.safetensors": { content: noise(50_000, 2), large: true },
    },
  },
};
const dataset = { type: "dataset", name: "nyu-mll/glue" } as const;
const model = { type: "model", name: "org/tiny" } as const;

async function python(code: string, environment: Record<string, string>): Promise<string[]> {
  const quiet = { HF_HUB_DISABLE_PROGRESS_BARS: "1", HF_HUB_DISABLE_TELEMETRY: "1" };
  const env: NodeJS.ProcessEnv = { ...process.env, ...quiet, ...environment };
  delete env.HF_TOKEN;
  const { stdout } = await promisify(execFile)(PYTHON, ["-c", code], { env });
  return stdout.trim().split("\n");
}

const LOCAL = `
from huggingface_hub import try_to_load_from_cache, hf_hub_download, snapshot_download, scan_cache_dir
print(try_to_load_from_cache("org/tiny", "config.json"))
print(hf_hub_download("org/tiny", "model.safetensors", local_files_only=True))
print(hf_hub_download("nyu-mll/glue", "sst2/train.parquet", repo_type="dataset", local_files_only=True))
print(snapshot_download("nyu-mll/glue", repo_type="dataset", local_files_only=True))
print(len(scan_cache_dir().warnings))
`;

const DOWNLOAD = `
from huggingface_hub import hf_hub_download, snapshot_download
print(hf_hub_download("org/tiny", "config.json"))
print(hf_hub_download("org/tiny", "model.safetensors"))
print(snapshot_download("nyu-mll/glue", repo_type="dataset"))
`;

test("Python finds what we have downloaded, and asks for nothing again", { skip }, async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [DATASET, MODEL] });
  const config = await downloadFile({ repo: model, path: "config.json", ...at });
  const weights = await downloadFile({ repo: model, path: "model.safetensors", ...at });
  const folder = await downloadSnapshot({ repo: dataset, ...at });
  hub.requests.length = 0;
  const local = await python(LOCAL, { HF_HUB_CACHE: cacheDir, HF_ENDPOINT: hub.endpoint });
  assert.deepEqual(local, [config, weights, path.join(folder, "sst2/train.parquet"), folder, "0"]);
  assert.deepEqual(await python(DOWNLOAD, { HF_HUB_CACHE: cacheDir, HF_ENDPOINT: hub.endpoint }), [
    config,
    weights,
    folder,
  ]);
  assert.equal(
    hub.requests.some((line) => /^GET (storage|hub .*resolve)/.test(line)),
    false,
  );
});

test("we find what Python has downloaded, and lay the cache out as it does", { skip }, async (context) => {
  const { hub, at, cacheDir } = await hubForTest(context, { repos: [DATASET, MODEL] });
  const [config, weights, folder] = await python(DOWNLOAD, {
    HF_HUB_CACHE: cacheDir,
    HF_ENDPOINT: hub.endpoint,
  });
  hub.requests.length = 0;
  const ours = async (options: typeof at & { localFilesOnly?: boolean }) => [
    await downloadFile({ repo: model, path: "config.json", ...options }),
    await downloadFile({ repo: model, path: "model.safetensors", ...options }),
    await downloadSnapshot({ repo: dataset, ...options }),
  ];
  assert.deepEqual(await ours({ ...at, localFilesOnly: true }), [config, weights, folder]);
  assert.deepEqual(hub.requests, []);
  assert.deepEqual(await ours(at), [config, weights, folder]);
  assert.equal(
    hub.requests.some((line) => /^GET (storage|hub .*resolve)/.test(line)),
    false,
  );

  const content = () =>
    allFiles(cacheDir)
      .filter((file) => !/^\.locks|CACHEDIR\.TAG/.test(file))
      .map((file) => `${file} ${gitBlobHash(readFileSync(path.join(cacheDir, file)))}`);
  const pythons = content();
  rmSync(cacheDir, { recursive: true });
  await ours(at);
  assert.deepEqual(content(), pythons);
});
