import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../lib/src/errors";
import { launchOf } from "../lib/src/launch";

const known: [
  string,
  NodeJS.ProcessEnv,
  { rank: number; size: number | undefined; localSize: number } | undefined,
][] = [
  ["nothing", {}, undefined],
  [
    "Open MPI's mpirun",
    { OMPI_COMM_WORLD_RANK: "2", OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_LOCAL_SIZE: "2" },
    { rank: 2, size: 4, localSize: 2 },
  ],
  ["one process of it", { OMPI_COMM_WORLD_RANK: "0", OMPI_COMM_WORLD_SIZE: "1" }, undefined],
  [
    "MPICH's mpirun",
    { PMI_RANK: "1", PMI_SIZE: "2", MPI_LOCALNRANKS: "2" },
    { rank: 1, size: 2, localSize: 2 },
  ],
  [
    "MPICH's mpirun over a port",
    { PMI_ID: "1", PMI_PORT: "host:1", MPI_LOCALNRANKS: "2" },
    { rank: 1, size: undefined, localSize: 2 },
  ],
  ["srun", { PMIX_RANK: "3", SLURM_NTASKS: "8" }, { rank: 3, size: 8, localSize: 1 }],
  ["a batch script of Slurm, which is no rank", { SLURM_PROCID: "0", SLURM_NTASKS: "8" }, undefined],
  ["something else under these names", { PMI_RANK: "x", PMI_SIZE: "2" }, undefined],
  [
    "ranks that have nothing to do with each other",
    { PMI_RANK: "1", PMI_SIZE: "2", FINETUNE_DISTRIBUTED: "off" },
    undefined,
  ],
];

for (const [name, env, expected] of known) {
  test(`${name} is recognised`, () => {
    const launch = launchOf(env);
    assert.deepEqual(
      launch && { rank: launch.rank, size: launch.size, localSize: launch.localSize },
      expected,
    );
  });
}

test("FINETUNE_DISTRIBUTED may be off, and nothing else", () => {
  assert.throws(
    () => launchOf({ FINETUNE_DISTRIBUTED: "yes" }),
    (error: Error) => {
      return error instanceof ConfigError && /'yes'; it may be 'off'/.test(error.message);
    },
  );
});
