import { ConfigError } from "./errors";

/** What a launcher says of this process. */
export interface Launch {
  rank: number;
  /** How many processes there are; undefined where the launcher does not say it. */
  size: number | undefined;
  /** How many of them are on this machine, as far as the launcher says it. */
  localSize: number;
  /** What has launched them, for messages. */
  launcher: string;
}

/** Where launchers say it: variables for rank and size. @see the MPI implementations' and Slurm's documentation */
const LAUNCHERS = [
  {
    launcher: "Open MPI's mpirun",
    rank: ["OMPI_COMM_WORLD_RANK"],
    size: ["OMPI_COMM_WORLD_SIZE"],
    localSize: ["OMPI_COMM_WORLD_LOCAL_SIZE"],
  },
  {
    launcher: "MPICH's mpirun",
    // PMI_ID with -pmi-port, which does not say how many there are.
    rank: ["PMI_RANK", "PMI_ID"],
    size: ["PMI_SIZE"],
    localSize: ["MPI_LOCALNRANKS"],
  },
  {
    launcher: "srun",
    rank: ["PMIX_RANK"],
    size: ["SLURM_STEP_NUM_TASKS", "SLURM_NTASKS"],
    localSize: ["SLURM_NTASKS_PER_NODE"],
  },
];

/** What begins so is for this process alone; its children are no ranks. */
const OF_LAUNCHERS = /^(OMPI|PMIX?|MPI|HYDI|HYDRA)_/;

/**
 * Whether this process is one of several that a launcher of MPI has started together.
 *
 * @returns undefined where it is alone: started by hand, as the only one, or with FINETUNE_DISTRIBUTED=off
 * @throws ConfigError where FINETUNE_DISTRIBUTED has another value
 */
export function launchOf(env: NodeJS.ProcessEnv): Launch | undefined {
  const { FINETUNE_DISTRIBUTED: wanted } = env;
  if (wanted !== undefined && wanted !== "off") {
    throw new ConfigError(
      `FINETUNE_DISTRIBUTED is '${wanted}'; it may be 'off', for processes that have nothing to do with each other.`,
    );
  }
  if (wanted === "off") return undefined;
  const numberIn = (names: readonly string[]) => {
    const text = names.map((name) => env[name]).find((value) => value !== undefined);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  for (const { launcher, ...names } of LAUNCHERS) {
    const [rank, size] = [numberIn(names.rank), numberIn(names.size)];
    if (rank === undefined) continue;
    return size === 1 ? undefined : { rank, size, localSize: numberIn(names.localSize) ?? 1, launcher };
  }
  return undefined;
}

let own: { launch: Launch | undefined } | undefined;

/** As {@link launchOf}, of this process as it was started. */
export function launch(): Launch | undefined {
  own ??= { launch: launchOf(process.env) };
  return own.launch;
}

/** Whether this is the process that speaks for all: the first of several, or the only one. */
export const isFirstProcess = (): boolean => (launch()?.rank ?? 0) === 0;

/** Takes out of the environment what says that this process is a rank: programs that it starts are none. */
export function hideFromChildren(): void {
  launch();
  for (const name of Object.keys(process.env)) if (OF_LAUNCHERS.test(name)) delete process.env[name];
}
