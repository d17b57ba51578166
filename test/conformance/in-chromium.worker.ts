// What `chromium.slow.ts` runs in a worker of a page: the conformance checks as they are, on files that are fetched.

import { addFiles } from "../../lib/src/browser/files";
import { useEngine } from "../../lib/src/engines/engines";
import { useAssets } from "../../lib/src/platform/assets.browser";
import { addDefaultCallback } from "../../lib/src/training/callbacks";
import { checkConformance } from "./conformance";

export interface Question {
  engine: string;
  /** Folders of references, and their files. */
  folders: Record<string, string[]>;
  steps: number | undefined;
}

self.onmessage = async ({ data: { engine, folders, steps } }: MessageEvent<Question>) => {
  try {
    useAssets("/assets/");
    addDefaultCallback(() => ({}));
    await useEngine(engine);
    for (const [folder, names] of Object.entries(folders)) {
      const files: [string, Blob][] = await Promise.all(
        names.map(async (name): Promise<[string, Blob]> => [
          name,
          await (await fetch(`/references/${folder}/${name}`)).blob(),
        ]),
      );
      await addFiles(Object.fromEntries(files), `/references/${folder}`);
      const checks = await checkConformance(`/references/${folder}`, {
        data: "/data",
        ...(steps !== undefined && { steps }),
      });
      self.postMessage({ folder, checks });
    }
    self.postMessage({ done: true });
  } catch (error) {
    self.postMessage({ error: String((error as Error).stack) });
  }
};
