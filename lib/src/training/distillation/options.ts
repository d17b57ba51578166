import { ConfigError } from "../../errors";
import { refuseUnknownOptions } from "../../known-options";
import type { PretrainedConfig } from "../../models/pretrained-config";

/** What a student is to take over from its teacher. Each part that is given is one term of the loss. */
export interface DistillationOptions {
  /** Factor on the student's own loss on the labels. Default 0: the teacher alone teaches. */
  taskWeight?: number;
  /**
   * The probabilities of the labels, softened: KL divergence times the temperature's square.
   * @see Hinton et al. 2015; DistilBERT
   */
  softLabels?: { /** Default 1. */ weight?: number; /** Default 2. */ temperature?: number };
  /**
   * The states of each token after some layers: mean squared error, through a learned projection where the widths
   * differ.
   * @see Jiao et al. 2020, TinyBERT
   */
  hiddenStates?: {
    /** Default 1. */
    weight?: number;
    /** Pairs [student's layer, teacher's layer]; 0 is the embeddings. Default: the last of each. */
    layers?: readonly (readonly [student: number, teacher: number])[];
  };
  /**
   * Which tokens are alike in one layer's queries, keys and values: KL divergence of the softmax of their scaled
   * products, whatever the widths and numbers of heads.
   * @see Wang et al. 2021, MiniLMv2
   */
  relations?: {
    /** Default 1. */
    weight?: number;
    /** Heads that queries, keys and values are cut into for the comparison. Default: the teacher's. */
    heads?: number;
    /** Counted from 1. Default: the last. */
    studentLayer?: number;
    /** Counted from 1. Default: the last. */
    teacherLayer?: number;
  };
  /** One vector a sequence, the mean of its tokens' last states or the pooler's output: 1 minus the cosine. */
  pooled?: { /** Default 1. */ weight?: number; /** Default "mean". */ of?: "mean" | "pooler" };
}

/** The same, complete and checked. */
export interface DistillationPlan {
  taskWeight: number;
  softLabels?: { weight: number; temperature: number };
  hiddenStates?: { weight: number; layers: readonly (readonly [number, number])[] };
  relations?: { weight: number; heads: number; studentLayer: number; teacherLayer: number };
  pooled?: { weight: number; of: "mean" | "pooler" };
}

const KEYS: Record<keyof DistillationOptions, readonly string[]> = {
  taskWeight: [],
  softLabels: ["weight", "temperature"],
  hiddenStates: ["weight", "layers"],
  relations: ["weight", "heads", "studentLayer", "teacherLayer"],
  pooled: ["weight", "of"],
};

/** @throws ConfigError that names the option that cannot work, or does not exist */
export function planDistillation(
  options: DistillationOptions,
  student: PretrainedConfig,
  teacher: PretrainedConfig,
): DistillationPlan {
  checkKeys(options);
  const { taskWeight = 0, softLabels, hiddenStates, relations, pooled } = options;
  const plan: DistillationPlan = { taskWeight };
  if (softLabels) plan.softLabels = { weight: 1, temperature: 2, ...softLabels };
  if (hiddenStates) {
    const last = [[student.numHiddenLayers, teacher.numHiddenLayers]] as const;
    plan.hiddenStates = { weight: 1, layers: last, ...hiddenStates };
  }
  if (relations) {
    plan.relations = {
      weight: 1,
      heads: teacher.numAttentionHeads,
      studentLayer: student.numHiddenLayers,
      teacherLayer: teacher.numHiddenLayers,
      ...relations,
    };
  }
  if (pooled) plan.pooled = { weight: 1, of: "mean", ...pooled };
  check(plan, student, teacher);
  return plan;
}

function checkKeys(options: DistillationOptions): void {
  refuseUnknownOptions("DistillationTrainer", options, Object.keys(KEYS));
  for (const [name, known] of Object.entries(KEYS)) {
    const given: unknown = options[name as keyof DistillationOptions];
    if (typeof given === "object") refuseUnknownOptions(`DistillationTrainer, ${name}`, given ?? {}, known);
  }
}

function check(plan: DistillationPlan, student: PretrainedConfig, teacher: PretrainedConfig): void {
  const { taskWeight, softLabels, hiddenStates, relations, pooled } = plan;
  const terms = { softLabels, hiddenStates, relations, pooled };
  if (Object.values(terms).every((term) => term === undefined)) {
    throw new ConfigError(
      `DistillationTrainer: nothing is to be learnt from the teacher; give one of ${Object.keys(terms).join(", ")}.`,
    );
  }
  const weights = Object.entries(terms).map(([name, term]) => [`${name}.weight`, term?.weight] as const);
  for (const [name, weight] of [["taskWeight", taskWeight] as const, ...weights]) {
    if (weight !== undefined && !(Number.isFinite(weight) && weight >= 0)) {
      throw wrong(name, weight, "it has to be a number of at least 0");
    }
  }
  if (softLabels && student.numLabels !== teacher.numLabels) {
    const labels = `${student.numLabels} and ${teacher.numLabels}`;
    throw wrong("softLabels", "asked for", `student and teacher need the same labels, and have ${labels}`);
  }
  if (softLabels && !(softLabels.temperature > 0)) {
    throw wrong("softLabels.temperature", softLabels.temperature, "it has to be positive");
  }
  for (const [own, other] of hiddenStates?.layers ?? []) {
    checkLayer("hiddenStates.layers (student)", own, 0, student);
    checkLayer("hiddenStates.layers (teacher)", other, 0, teacher);
  }
  if (relations) {
    checkLayer("relations.studentLayer", relations.studentLayer, 1, student);
    checkLayer("relations.teacherLayer", relations.teacherLayer, 1, teacher);
    for (const { hiddenSize } of [student, teacher]) {
      if (hiddenSize % relations.heads !== 0) {
        throw wrong("relations.heads", relations.heads, `it has to divide the width of ${hiddenSize}`);
      }
    }
  }
  if (pooled && student.hiddenSize !== teacher.hiddenSize) {
    throw wrong("pooled", pooled.of, `the widths differ (${student.hiddenSize} and ${teacher.hiddenSize})`);
  }
}

function checkLayer(name: string, layer: number, least: number, { numHiddenLayers }: PretrainedConfig): void {
  if (Number.isInteger(layer) && layer >= least && layer <= numHiddenLayers) return;
  throw wrong(name, layer, `this model has the layers ${least} … ${numHiddenLayers}`);
}

const wrong = (name: string, value: unknown, expected: string) =>
  new ConfigError(`DistillationTrainer: ${name} is ${String(value)}; ${expected}.`);
