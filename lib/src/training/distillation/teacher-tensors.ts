import type { DistillationPlan } from "./options";

/** A tensor of the teacher's that the student learns from: a vector for each token, or one for each sequence. */
export interface TeacherTensor {
  /** In a batch and in the files. */
  name: string;
  per: "token" | "sequence";
}

/** The names under which outputs are kept, and come with a batch. */
export const LOGITS = "teacher.logits";
export const POOLER_OUTPUT = "teacher.pooler_output";
export const hiddenStatesOf = (layer: number) => `teacher.hidden_states.${layer}`;
export const PROJECTIONS = ["query", "key", "value"] as const;
export const projectionOf = (which: (typeof PROJECTIONS)[number], layer: number) =>
  `teacher.${which}.${layer}`;

/** What has to be kept of a teacher for a plan. */
export function teacherTensors(
  { softLabels, hiddenStates, relations, pooled }: DistillationPlan,
  lastLayer: number,
): TeacherTensor[] {
  const layers = new Set(hiddenStates?.layers.map(([, teacher]) => teacher));
  if (pooled?.of === "mean") layers.add(lastLayer);
  const tokens = [...layers].sort((a, b) => a - b).map(hiddenStatesOf);
  if (relations) tokens.push(...PROJECTIONS.map((which) => projectionOf(which, relations.teacherLayer)));
  const sequences: string[] = [];
  if (pooled?.of === "pooler") sequences.push(POOLER_OUTPUT);
  if (softLabels) sequences.push(LOGITS);
  return [
    ...tokens.map((name) => ({ name, per: "token" as const })),
    ...sequences.map((name) => ({ name, per: "sequence" as const })),
  ];
}
