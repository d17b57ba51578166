import { existsSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { ConfigError } from "../errors";
import type { Launch } from "../launch";

/** What every operation of the addon tells. */
export interface OperationFigures {
  /** From when it was begun until it was done, wherever this process was meanwhile. */
  seconds: number;
  /** When it was done, in milliseconds since 1970. */
  ended: number;
  /** By this rank, to others. */
  bytesSent: number;
}

/** A rank's process. */
export interface Member {
  host: string;
  pid: number;
}

/** What is known once MPI is there. */
export interface Job {
  rank: number;
  size: number;
  /** Name and version of the MPI. */
  library: string;
  members: Member[];
}

/** The functions of the addon; see lib/native/mpi/src/addon.cc. Operations are done in the order in which they are asked for. */
export interface MpiAddon {
  /** @param timeout,silence  in seconds: how long ranks wait for one that lives and does not come, and for one that is not heard of */
  initialize(timeout: number, silence: number): Promise<Job>;
  reduce(
    purpose: string,
    sum: Float32Array,
    terms: readonly Float32Array[],
    counts: Int32Array,
    halves: boolean,
    owner: number,
  ): Promise<OperationFigures & { squares: number }>;
  broadcast(purpose: string, bytes: Uint8Array, root: number): Promise<OperationFigures>;
  /** `parts` is null where they are 2 GB and more. */
  gather(purpose: string, bytes: Uint8Array): Promise<OperationFigures & { parts: Uint8Array[] | null }>;
  barrier(purpose: string): Promise<OperationFigures>;
  setSignal(signal: number): void;
  signal(): number;
  abort(message: string, code: number): never;
  /** For the end of the process. @param reason  of a failure; printed if the others do not end too */
  end(code: number, reason: string): void;
  processors(): number[];
}

/** Where it is built, the same from lib/src and from lib/dist; FINETUNE_MPI_ADDON names another build. */
const ADDON =
  process.env.FINETUNE_MPI_ADDON ??
  path.resolve(__dirname, "../../native/mpi/build/Release/finetune_mpi.node");

/** Whether training on several machines is to be had, for a person. */
export const describeMpiAddon = (): string =>
  existsSync(ADDON)
    ? "the addon for MPI is built: mpirun -np 4 npx finetune train …"
    : "not here: MPI with its compiler, mpicc, was not there when `npx finetune build` ran";

/** @throws ConfigError where it is not built, or does not load */
export function loadMpiAddon({ rank, size, launcher }: Launch): MpiAddon {
  const where = `${launcher} has started this as rank ${rank} of ${size ?? "several"}, but the addon for MPI`;
  const how =
    "Install MPI with its compiler (Debian: sudo apt-get install libopenmpi-dev openmpi-bin) and run `npx finetune build`; " +
    "processes that have nothing to do with each other run with FINETUNE_DISTRIBUTED=off.";
  if (!existsSync(ADDON)) throw new ConfigError(`${where} is not built. ${how}`);
  const module: { exports: unknown } = { exports: {} };
  try {
    // MPI loads parts of itself later, which look for its functions among those that all can see.
    process.dlopen(module, ADDON, constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL);
  } catch (error) {
    throw new ConfigError(`${where} does not load: ${(error as Error).message.split("\n")[0]}. ${how}`);
  }
  return module.exports as MpiAddon;
}
