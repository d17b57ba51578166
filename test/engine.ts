import { after, before, describe } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import type { EngineName } from "../lib/src/engines/engine";
import { loadAddon } from "../lib/src/engines/native/addon";
import { useEngine } from "../lib/src/engines/engines";

const ALWAYS_THERE: readonly EngineName[] = ["cpu", "wasm"];

/** Why there is no native engine here, or false. */
export const noNative: string | false = (() => {
  try {
    loadAddon();
    return false;
  } catch (error) {
    return (error as Error).message;
  }
})();

/** The engines that tests run on: those that run everywhere, and the native one where it is built. */
export const ENGINES: readonly EngineName[] = noNative ? ALWAYS_THERE : [...ALWAYS_THERE, "native"];

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
