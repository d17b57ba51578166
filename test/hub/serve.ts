/**
 * Serves folders as repositories of a Hub, for trying things by hand:
 *
 *     node --import tsx test/hub/serve.ts model:bert-base-uncased=../bert dataset:nyu-mll/glue=../glue
 *
 * prints the address for HF_ENDPOINT, then each request, until it is interrupted. Files of 10 kB and more, and parquet,
 * are in large storage. Folders whose repository has an owner are found without it too, as "glue" is.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { startHub } from "./hub-server";
import { type ServedFile, type ServedRepo } from "./served-repo";

function servedFolder(folder: string): Record<string, ServedFile> {
  const files: Record<string, ServedFile> = {};
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (name.isDirectory()) continue;
    const file = path.join(name.parentPath ?? name.path, name.name);
    const content = readFileSync(file);
    const key = path.relative(folder, file).split(path.sep).join("/");
    files[key] = { content, large: content.length >= 10_000 || /\.parquet$/.test(key) };
  }
  return files;
}

async function main(specifications: string[]): Promise<void> {
  const repos = specifications.map((specification): ServedRepo => {
    const [, type, name, folder] = /^(model|dataset):([^=]+)=(.+)$/.exec(specification) ?? [];
    if (folder === undefined)
      throw new Error(`${specification}: give model:name=folder or dataset:name=folder`);
    const short = path.posix.basename(name!);
    return {
      type: type as ServedRepo["type"],
      name: name!,
      aliases: short === name ? [] : [short],
      revisions: { main: servedFolder(folder) },
    };
  });
  const hub = await startHub({ repos });
  console.log(hub.endpoint);
  let shown = 0;
  setInterval(() => {
    for (; shown < hub.requests.length; shown++) console.log(hub.requests[shown]);
  }, 100);
}

void main(process.argv.slice(2));
