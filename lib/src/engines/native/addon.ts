import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { EngineError } from "../../errors";
import type { KernelLibrary } from "../kernel-library";

/** The functions of the addon. */
export interface Addon extends KernelLibrary {
  description(): AddonDescription;
  /** How many threads calculate from now on. */
  setThreads(threads: number): void;
  /** Memory goes back when it is collected. */
  allocateSegment(bytes: number): ArrayBuffer;
  /** A file's bytes, copied only where they are written to; undefined where it cannot be mapped. */
  mapFile(path: string): ArrayBuffer | undefined;
}

export interface AddonDescription {
  /** The best that the processor has and the kernels use. */
  instructionSet: string;
  /** Whether matrix products of bf16 numbers run in hardware. */
  bfloat16: boolean;
  threads: number;
  /** oneDNN's version. */
  dnnl: string;
}

/** Where node-gyp leaves it, the same from lib/src and from lib/dist; FINETUNE_NATIVE_ADDON names another build. */
const ADDON =
  process.env.FINETUNE_NATIVE_ADDON ??
  path.resolve(__dirname, "../../../native/build/Release/finetune_native.node");

/**
 * How often a waiting thread looks before it sleeps, about 10 us. OpenMP's own choice, some milliseconds, slows a
 * machine that also does something else down tenfold: the thread that waits takes the processor from the one that it
 * waits for. On an idle machine no more is gained by it.
 */
const SPIN_COUNT = "5000";

/** What FINETUNE_MAX_ISA may say: the most that kernels may use of the processor's instructions. */
const INSTRUCTION_SETS = ["AVX2", "basic"];

let loaded: Addon | undefined;

/** @throws EngineError if it is not built, or does not load here, or FINETUNE_MAX_ISA names no instruction set */
export function loadAddon(): Addon {
  const { FINETUNE_MAX_ISA: limit } = process.env;
  if (limit && !INSTRUCTION_SETS.includes(limit)) {
    throw new EngineError(`FINETUNE_MAX_ISA is '${limit}'; it may be ${INSTRUCTION_SETS.join(" or ")}.`);
  }
  try {
    // Read when the library is loaded.
    process.env.GOMP_SPINCOUNT ??= SPIN_COUNT;
    loaded ??= createRequire(__filename)(ADDON) as Addon;
    return loaded;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "MODULE_NOT_FOUND" ? `it is not built${reasonNotBuilt()}` : message.split("\n")[0];
    throw new EngineError(
      `The native engine did not load: ${why}. Run \`npx finetune build\`, or choose another engine.`,
    );
  }
}

/** What native/build.mjs noted when it could not build: ", there is no oneDNN …", or nothing. */
function reasonNotBuilt(): string {
  const note = path.resolve(path.dirname(ADDON), "../.not-built");
  return existsSync(note) ? `: ${readFileSync(note, "utf8").trim().replace(/\.$/, "")}` : "";
}
