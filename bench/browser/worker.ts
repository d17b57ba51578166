// What `bench browser` runs in a worker of a page.

import { fetchCheckpoint, addFiles } from "../../lib/src/browser/files";
import { useAssets } from "../../lib/src/platform/assets.browser";
import { measureSteps } from "./steps";

self.onmessage = async ({ data }: MessageEvent<{ engine: string; steps: number; sentences: string }>) => {
  useAssets("/assets/");
  try {
    const checkpoint = await fetchCheckpoint("/checkpoint/");
    await addFiles({ "sentences.tsv": data.sentences }, "/bench");
    const seconds = await measureSteps({ ...data, checkpoint, sentences: "/bench/sentences.tsv" });
    self.postMessage({ seconds });
  } catch (error) {
    self.postMessage({ error: String((error as Error).stack) });
  }
};
