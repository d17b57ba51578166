import path from "node:path";
import { DISTRIBUTED } from "./distributed/distributed";
import { startEngine } from "./engine";
import { familyConfig } from "./families";
import { temporaryModel } from "./load";
import { readOptions } from "./options";
import type { Peer } from "./python";
import { RUN, tokenizerOf } from "./run";
import { TOKENIZE } from "./tokenize";
import { WORKLOAD } from "./workload";

// What measures the same in Python: programs, and their command lines for the same work.

const STEP_PEER = "../shared/bench/hf_train_step.py";

/** What tells the peers of steps how much to do. */
const STEP_NAMES = [
  "train",
  "tokenizer",
  "precision",
  "steps",
  "batch",
  "layers",
  "hidden",
  "sampling",
] as const;

/** The same workload as the benchmark's own, as the peer's command line. */
export function stepPeer(mode: string, batch: number, args: string[]): Peer {
  const options = { ...WORKLOAD, batch, engine: "", peer: STEP_PEER, python: "" };
  const { peer, ...workload } = readOptions(args, options);
  const isBert = workload.family === "bert";
  const config = isBert ? [] : ["--config", JSON.stringify(familyConfig(workload))];
  return {
    script: isBert ? peer : path.join(__dirname, "peers", "family_step.py"),
    args: [...config, "--mode", mode, ...STEP_NAMES.flatMap((name) => [`--${name}`, String(workload[name])])],
  };
}

export function profilePeer(args: string[]): Peer {
  const workload = readOptions(args, { ...WORKLOAD, engine: "", python: "" });
  const script = path.join(__dirname, "peers", "hf_profile.py");
  return { script, args: STEP_NAMES.flatMap((name) => [`--${name}`, String(workload[name])]) };
}

export function distributedPeer(args: string[]): Peer {
  const { ranks, threads, ...workload } = readOptions(args, { ...DISTRIBUTED, python: "" });
  const names = STEP_NAMES.filter((name) => name !== "sampling");
  return {
    script: path.join(__dirname, "peers", "ddp_step.py"),
    args: [
      ...["--ranks", String(ranks), "--threads", String(threads)],
      ...names.flatMap((name) => [`--${name}`, String(workload[name])]),
    ],
  };
}

export function tokenizePeer(args: string[]): Peer {
  const { train, tokenizer } = readOptions(args, { ...TOKENIZE, python: "" });
  const script = path.join(__dirname, "peers", "hf_tokenize.py");
  return { script, args: ["--train", train, "--tokenizer", tokenizer] };
}

const RUN_NAMES = [
  "data",
  "checkpoint",
  "layers",
  "hidden",
  "batch",
  "epochs",
  "rows",
  "lr",
  "warmup",
  "smoothing",
  "dropout",
  "precision",
  "seed",
] as const;

export function runPeer(args: string[]): Peer {
  const options = readOptions(args, { ...RUN, python: "" });
  const script = path.join(__dirname, "peers", "hf_run.py");
  const given = RUN_NAMES.flatMap((name) => [`--${name}`, String(options[name])]);
  return { script, args: [...given, "--tokenizer", tokenizerOf(options)] };
}

/** Both sides load one folder; without `--model` one that is made for them. */
export async function loadPeer(args: string[]): Promise<Peer> {
  const { model } = readOptions(args, { model: "", engine: "", python: "" });
  const script = path.join(__dirname, "peers", "hf_load.py");
  if (model) return { script, args: ["--model", model] };
  await startEngine("cpu", "fp32");
  const { folder, remove } = await temporaryModel();
  return { script, args: ["--model", folder], ownArgs: ["--model", folder], cleanUp: remove };
}
