import * as tf from "../tfjs";
import { EngineError } from "../errors";
import { say } from "../notices";
import type { Engine, EngineName } from "./engine";
import { ENGINES } from "./of-this-platform";

let inUse: Engine | undefined;

/** Whether an engine could run here, and if not, why. */
export interface EngineReport {
  name: EngineName;
  available: boolean;
  /** What it is, or why it does not run. */
  note: string;
}

/**
 * Chooses the tensor engine and says in one line which one runs and why.
 *
 * @param name  an engine's name; by default the environment's FINETUNE_ENGINE, else the best one that loads
 * @returns     the name of the engine that runs from now on
 * @throws EngineError if the engine asked for is unknown or does not load; the message lists what is available
 * @example
 * await useEngine(); //         the best that loads here
 * await useEngine("wasm"); //   or this one
 */
export async function useEngine(name?: string): Promise<EngineName> {
  const { FINETUNE_ENGINE } = process.env;
  const chosen = name
    ? await loadByName(name, "as asked")
    : FINETUNE_ENGINE
      ? await loadByName(FINETUNE_ENGINE, "as FINETUNE_ENGINE says")
      : await loadBest();
  if (!(await tf.setBackend(chosen.engine.backend))) {
    throw new EngineError(
      `tfjs could not start its backend '${chosen.engine.backend}'. Choose another engine.`,
    );
  }
  tf.enableProdMode();
  inUse = chosen.engine;
  say(`Engine: ${chosen.engine.name} (${chosen.engine.description}); ${chosen.why}`);
  return chosen.engine.name;
}

/**
 * The engine in use; chooses one if none has been yet.
 *
 * @example
 * const { name, supportsBf16 } = await currentEngine();
 */
export async function currentEngine(): Promise<Engine> {
  if (inUse === undefined) await useEngine();
  return inUse!;
}

/**
 * Tries every engine and tells which of them could run here.
 *
 * @example
 * for (const { name, available, note } of await describeEngines()) console.log(name, available, note);
 */
export async function describeEngines(): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const engine of ENGINES) {
    const failure = await failureOf(engine);
    reports.push({
      name: engine.name,
      available: failure === undefined,
      note: failure ?? engine.description,
    });
  }
  return reports;
}

interface Choice {
  engine: Engine;
  why: string;
}

async function loadByName(name: string, why: string): Promise<Choice> {
  const engine = ENGINES.find((candidate) => candidate.name === name);
  const failure = engine ? await failureOf(engine) : `There is no engine called '${name}'.`;
  if (engine && failure === undefined) return { engine, why };
  const available = (await describeEngines()).filter((report) => report.available);
  throw new EngineError(`${failure} Available here: ${available.map((report) => report.name).join(", ")}.`);
}

async function loadBest(): Promise<Choice> {
  const passedOver: string[] = [];
  for (const engine of ENGINES) {
    const failure = await failureOf(engine);
    if (failure === undefined && !engine.onlyIfAsked) {
      const why =
        passedOver.length > 0
          ? `the best that loads here (not ${passedOver.join(", ")})`
          : "the best there is";
      return { engine, why };
    }
    passedOver.push(engine.name);
  }
  throw new EngineError("No tensor engine loads here. Reinstall the packages with `npm ci`.");
}

async function failureOf(engine: Engine): Promise<string | undefined> {
  try {
    await engine.load();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
