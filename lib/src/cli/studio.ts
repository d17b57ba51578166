import { cp, mkdir } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { ConfigError } from "../errors";
import { embeddedCheckpoint } from "../embedded";
import { downloadSnapshot } from "../hub/snapshot";
import { serveStudio, STUDIO_FOLDER } from "../studio/serve";
import { printJson } from "./talk";
import { parse, UsageError } from "./usage";

/** `finetune studio`: a page in which a visitor fine-tunes a classifier on his own device. */
export async function studio(args: string[]): Promise<number> {
  const { values } = parse(
    args,
    {
      model: { type: "string", default: "bert-3x384" },
      port: { type: "string", default: "0" },
      output: { type: "string" },
      json: { type: "boolean" },
    },
    0,
  );
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`studio: --port ${values.port} is no port; it is a whole number up to 65535`);
  }
  if (!existsSync(path.join(STUDIO_FOLDER, "index.html"))) {
    throw new ConfigError("studio: the page is not built; run `npm run build`.");
  }
  const checkpoint = await folderOf(values.model);
  if (values.output !== undefined) {
    await mkdir(values.output, { recursive: true });
    await cp(STUDIO_FOLDER, values.output, { recursive: true });
    await cp(checkpoint, path.join(values.output, "checkpoint"), { recursive: true, dereference: true });
    if (values.json) printJson({ page: path.join(values.output, "index.html") });
    else
      process.stdout.write(
        `wrote ${values.output}: put the folder on any host that serves https (docs/studio.md)\n`,
      );
    return 0;
  }
  const { address, close } = await serveStudio(checkpoint, port);
  if (values.json) printJson({ address });
  else process.stdout.write(`The studio is at ${address}. Ctrl-C ends it.\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  await close();
  return 0;
}

/** The files that the page may ask for. */
const fromHub = (name: string): Promise<string> =>
  downloadSnapshot({
    repo: { type: "model", name },
    allowPatterns: ["*.json", "model.safetensors", "vocab.txt", "merges.txt"],
  });

/** @throws ConfigError where the folder has no model in one file of safetensors, which is what the page fetches */
async function folderOf(model: string): Promise<string> {
  const folder = embeddedCheckpoint(model) ?? (existsSync(model) ? model : await fromHub(model));
  for (const file of ["config.json", "model.safetensors", "tokenizer.json"]) {
    if (!existsSync(path.join(folder, file)))
      throw new ConfigError(`studio: ${model} has no ${file}, which the page needs.`);
  }
  return folder;
}
