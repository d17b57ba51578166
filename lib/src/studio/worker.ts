// The studio's worker: everything that computes, so that the page stays alive.

import { addFiles, keepFolder, removeFiles } from "../browser/files";
import { zipFolder } from "../browser/zip-folder";
import { describeEngines, useEngine } from "../engines/engines";
import { useAssets } from "../platform/assets.browser";
import { setProgressReporter } from "../progress";
import { addDefaultCallback } from "../training/callbacks";
import { isFull, STORAGE_IS_FULL } from "./session/full-storage";
import { PretrainedModels, type Pretrained } from "./session/pretrained";
import type { ModelInfo, StudioEvent, StudioMethods } from "./session/protocol";
import { Session } from "./session/session";

const KEPT = "/studio";
const BROUGHT = "/checkpoint";

let session: Session;
let models: PretrainedModels;

const tell = (event: StudioEvent) => self.postMessage({ event });

function use({ folder, ...info }: Pretrained): ModelInfo {
  session.useCheckpoint(folder, info.name);
  return info;
}

const methods: StudioMethods = {
  async start({ assets, checkpoint, model }) {
    useAssets(assets);
    // The page shows what a terminal would.
    addDefaultCallback(() => ({}));
    setProgressReporter(({ label, total, unit = "it" }) => ({
      update: (done) => tell({ kind: "progress", label, done, total, unit }),
      finish: () => tell({ kind: "progress", label, done: total, total, unit }),
    }));
    const forgets = await keepFolder(KEPT).then(
      () => undefined,
      (error: Error) => error.message,
    );
    await addFiles(checkpoint, BROUGHT);
    session = new Session(KEPT, tell);
    models = new PretrainedModels(KEPT, { folder: BROUGHT, name: model });
    const engine = await useEngine();
    return {
      engine,
      engines: await describeEngines(),
      model: use(await models.open()),
      kept: await session.kept(),
      forgets,
    };
  },
  useEngine: (name) => session.useEngine(name),
  async useCheckpoint(files) {
    const write = (folder: string) => addFiles(files, folder);
    try {
      return use(await models.choose(write));
    } catch (error) {
      if (!isFull(error)) throw error;
      tell({ kind: "note", text: STORAGE_IS_FULL });
      return use(await models.inMemory().choose(write));
    }
  },
  bring: async (name, content) => session.bring(name, new Uint8Array(await content.arrayBuffer())),
  choose: async (roles, seed) => Promise.resolve(session.choose(roles, seed)),
  measure: (settings) => session.measure(settings),
  train: (settings, goesOn) => session.train(settings, goesOn),
  async pause() {
    session.pause();
    return Promise.resolve();
  },
  classify: (text) => session.classify(text),
  async save(as, title) {
    const folder = await session.save(as, title);
    const zip = await zipFolder(folder, title.replace(/[^\p{L}\p{N}._-]+/gu, "-") || as);
    await removeFiles(folder);
    return zip;
  },
  async discard() {
    await session.discard();
    return use(await models.forget());
  },
};

interface Call {
  id: number;
  method: keyof StudioMethods;
  args: unknown[];
}

/** What may come in the midst of something else; all other things are done one after the other. */
const AT_ONCE: readonly (keyof StudioMethods)[] = ["pause", "classify"];

let before: Promise<unknown> = Promise.resolve();

self.onmessage = ({ data: { id, method, args } }: MessageEvent<Call>) => {
  const call = methods as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const run = () => call[method]!(...args);
  const done = AT_ONCE.includes(method) ? run() : before.then(run);
  if (!AT_ONCE.includes(method)) before = done.catch(() => undefined);
  done.then(
    (result) => self.postMessage({ id, result }),
    (error: unknown) =>
      self.postMessage({ id, error: error instanceof Error ? error.message : String(error) }),
  );
};
