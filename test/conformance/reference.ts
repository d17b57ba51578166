import { existsSync, readFileSync } from "../../lib/src/platform/files";
import path from "../../lib/src/platform/path";
import { DatasetError, type SchedulerType } from "../../lib/src/index";
import type { Nested } from "./check";

/** One forward pass; every figure but the inputs may be missing. */
export interface Forward {
  input_ids: number[][];
  attention_mask?: number[][];
  token_type_ids?: number[][];
  sentences?: string[];
  /** One a row, or one a token. */
  labels?: number[] | number[][];
  /** Of answers, one a row. */
  start_positions?: number[];
  end_positions?: number[];
  logits?: Nested;
  loss?: number;
  pooler_output?: Nested;
  /** After the embeddings and after each layer: the first token's state of each row. */
  hidden_state_cls?: Nested[];
}

export interface TraceStep {
  step: number;
  loss?: number;
  grad_norm?: number;
  learning_rate?: number;
}

/** A training run and its settings. */
export interface Trace {
  arguments: {
    tokenizer?: string;
    steps: number;
    batch: number;
    labels: number;
    lr: number;
    schedule: SchedulerType;
    warmup: number;
    smoothing: number;
    accumulate: number;
  };
  max_grad_norm: number;
  weight_decay: number;
  betas: [number, number];
  eps: number;
  trace: TraceStep[];
  /** The rows themselves, in their order; without them those of SST-2 are taken. */
  rows?: { input_ids: number[]; token_type_ids?: number[]; labels: number | number[] }[];
  /** The id that fills up short rows. Default 0. */
  padding?: number;
  dev?: { accuracy?: number; logits?: number[][] };
}

/** A folder that make_reference.py wrote, or part of one. */
export interface Reference {
  directory: string;
  /** The model directory. */
  model: string;
  forward?: Forward;
  /** Path of gradients.safetensors. */
  gradients?: string;
  trace?: Trace;
  /** Path of trained.safetensors. */
  trained?: string;
  /** Of PyTorch and so on, as far as it says. */
  versions: Record<string, string>;
}

/** @throws DatasetError if there is no such folder, or no model in it */
export function openReference(directory: string): Reference {
  const inside = (name: string) => path.join(directory, name);
  const model = inside("model");
  if (!existsSync(model)) {
    throw new DatasetError(
      `${directory}: holds no folder 'model'. Give a folder that make_reference.py wrote: a model directory and ` +
        "whichever of forward.json, gradients.safetensors, trace.json and trained.safetensors are to be checked.",
    );
  }
  const optional = (name: string) => (existsSync(inside(name)) ? inside(name) : undefined);
  return {
    directory,
    model,
    forward: readOptional(inside("forward.json")) as Forward | undefined,
    gradients: optional("gradients.safetensors"),
    trace: readOptional(inside("trace.json")) as Trace | undefined,
    trained: optional("trained.safetensors"),
    versions: (readOptional(inside("versions.json")) ?? {}) as Record<string, string>,
  };
}

function readOptional(file: string): unknown {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new DatasetError(`${file}: is no JSON: ${(error as Error).message}`, { cause: error });
  }
}
