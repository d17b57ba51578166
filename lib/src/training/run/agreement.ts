import { createHash } from "../../platform/crypto";
import { agree } from "../../distributed/agreement";
import type { ProcessGroup } from "../../distributed/process-group";
import { currentEngine } from "../../engines/engines";
import { ConfigError } from "../../errors";
import type { Module } from "../../models/module";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { libraryVersion } from "../../platform/version";
import type { Optimizer } from "../optimizers/optimizer";
import type { TrainingArguments } from "../training-arguments";
import type { RunSetup } from "./setup";

/** What a run is made of. */
export interface AgreedParts {
  model: PreTrainedModel<object>;
  criterion: Module | undefined;
  optimizer: Optimizer;
  args: TrainingArguments;
  setup: RunSetup;
}

/** Where things are may differ from machine to machine. */
const PLACES = ["outputDir", "loggingDir"];

/**
 * Sees to it that all processes are about to train the same: library, engine, arguments, data and weights. And gives each its share
 * of its machine's processors.
 *
 * @throws ConfigError that names who differs, and in what
 */
export async function agreeOnRun(group: ProcessGroup, parts: AgreedParts): Promise<void> {
  if (group.size === 1) return;
  const { model, criterion, optimizer, args, setup } = parts;
  const { deterministicParts } = args;
  if (deterministicParts !== null && deterministicParts < group.size) {
    throw new ConfigError(
      `TrainingArguments: deterministicParts is ${deterministicParts}; for ${group.size} processes it has to be at least as many.`,
    );
  }
  const engine = await currentEngine();
  if (group.threads !== undefined) engine.setThreads?.(group.threads);
  const places = Object.fromEntries(PLACES.map((name) => [name, undefined]));
  const named = Object.entries({ ...args, ...places }).map(([name, value]) => [
    name,
    JSON.stringify(value) ?? null,
  ]);
  await agree(group, "what is to be trained", {
    "the version of finetune-ts": libraryVersion(),
    "the engine": engine.name,
    ...(Object.fromEntries(named) as Record<string, string | null>),
    ...setup,
    "the model's configuration": JSON.stringify(model.config.toJson()),
    "what is trained": digest([...optimizer.parameters()].map(([name]) => Buffer.from(`${name}\n`))),
    "the weights (SHA-256)": digestOfWeights(model),
    ...(criterion && { "the loss's weights (SHA-256)": digestOfWeights(criterion) }),
  });
}

function digestOfWeights(module: Module): string {
  const weights = function* () {
    for (const [name, { value }] of module.namedParameters()) {
      yield Buffer.from(`${name}\n`);
      const { buffer, byteOffset, byteLength } = value.dataSync() as Float32Array;
      yield new Uint8Array(buffer, byteOffset, byteLength);
    }
  };
  return digest(weights());
}

function digest(pieces: Iterable<Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex").slice(0, 16);
}
