import { after, before, describe } from "node:test";
import * as tf from "@tensorflow/tfjs";
import type { EngineName } from "../lib/src/engines/engine";
import { useEngine } from "../lib/src/engines/engines";

/** The engines that run everywhere. */
export const ENGINES: readonly EngineName[] = ["cpu", "wasm"];

/** Switches to an engine without its line on the screen. */
export async function startEngine(name: EngineName): Promise<void> {
  const { info } = console;
  console.info = () => {};
  try {
    await useEngine(name);
  } finally {
    console.info = info;
  }
}

/** A suite that runs on each of {@link ENGINES}. */
export function onEachEngine(subject: string, body: (engine: EngineName) => void): void {
  for (const engine of ENGINES) {
    describe(`${subject} on ${engine}`, () => {
      before(() => startEngine(engine));
      after(() => tf.disposeVariables());
      body(engine);
    });
  }
}
