import { fstatSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import { ConfigError } from "../errors";
import { loadMpiAddon, type MpiAddon } from "./addon";
import { hideFromChildren, launch, type Launch } from "../launch";
import { MpiGroup } from "./mpi-group";
import { ALONE, type ProcessGroup } from "./process-group";

/** A rank that is silent for so many seconds counts as dead: it speaks twice a second, whatever it calculates. */
const SILENCE = 60;

let joined: Promise<ProcessGroup> | undefined;

/**
 * The processes that `mpirun` or `srun` has started together with this one. MPI begins with the first call, and waits there for
 * all of them.
 *
 * @param timeout  in seconds: how long ranks wait for one that lives and does not come. The first call's counts
 * @throws ConfigError where the addon is not there, or another MPI's than the launcher
 */
export async function joinProcessGroup(timeout: number): Promise<ProcessGroup> {
  const launched = launch();
  if (!launched) return ALONE;
  joined ??= join(launched, timeout);
  return await joined;
}

async function join(launched: Launch, timeout: number): Promise<ProcessGroup> {
  if (!isMainThread) {
    throw new ConfigError("Only a process's main thread trains together with other ranks.");
  }
  const { rank, size, launcher } = launched;
  const addon = loadMpiAddon(launched);
  checkDescriptor(process.env.PMI_FD);
  const isLate = setTimeout(() => {
    console.error(`Rank ${rank} has waited ${timeout} s for the other ranks to begin, and ends.`);
    process.exit(1);
  }, timeout * 1000);
  const job = await addon.initialize(timeout, Math.min(SILENCE, timeout)).finally(() => clearTimeout(isLate));
  if (size !== undefined && job.size !== size) {
    throw new ConfigError(
      `${launcher} has started ${size} processes, and ${job.library} sees ${job.size}: the addon is another MPI's than the ` +
        "launcher. Build it with the launcher's: MPICC=<its mpicc> npx finetune build.",
    );
  }
  // Node prints what ends it after this, and there may be no after.
  let reason = "";
  process.on("uncaughtExceptionMonitor", (error: Error) => (reason = error.stack ?? String(error)));
  process.on("exit", (code) => addon.end(code, reason));
  hideFromChildren();
  const group = new MpiGroup(addon, job);
  group.threads = await threadsOf(group, addon);
  return group;
}

/**
 * MPICH's launcher speaks with its ranks through a descriptor that they inherit, and that Node closes for the programs that it starts.
 *
 * @throws ConfigError where it is gone
 */
function checkDescriptor(descriptor: string | undefined): void {
  if (descriptor === undefined) return;
  try {
    if (fstatSync(Number(descriptor)).isSocket()) return;
  } catch {
    // Closed.
  }
  throw new ConfigError(
    "MPICH's mpirun speaks with its ranks through a file descriptor that npx does not hand on. Start them with " +
      "`mpirun -pmi-port … npx finetune …`, or without npx: `mpirun … node node_modules/finetune-ts/bin/finetune.js …`.",
  );
}

/** Of the processors that this process may use, its share among those of the same machine that may use the same. */
async function threadsOf(group: ProcessGroup, addon: MpiAddon): Promise<number | undefined> {
  const own = { host: group.members[group.rank]!.host, processors: addon.processors().join() };
  const all = await group.gather("the processors of each", own);
  const sharing = all.filter(({ host, processors }) => host === own.host && processors === own.processors);
  if (own.processors === "") return undefined;
  return Math.max(1, Math.floor(own.processors.split(",").length / sharing.length));
}
