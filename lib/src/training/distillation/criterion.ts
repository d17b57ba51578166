import * as tf from "../../tfjs";
import { ConfigError } from "../../errors";
import { Linear } from "../../models/layers";
import type { Encoded, ModelOutput } from "../../models/model-output";
import { Module } from "../../models/module";
import type { PretrainedConfig } from "../../models/pretrained-config";
import { meanSquaredError } from "../../ops/mean-squared-error";
import type { SequenceLayout } from "../../ops/packed-sequences";
import { sequenceMeans } from "../../ops/sequence-means";
import { attentionRelationLoss } from "./attention-relation-loss";
import { cosineDistance } from "./cosine-distance";
import type { DistillationPlan } from "./options";
import { softLabelLoss } from "./soft-label-loss";
import { hiddenStatesOf, LOGITS, POOLER_OUTPUT, projectionOf, PROJECTIONS } from "./teacher-tensors";

/** Standard deviation of a new projection's weights. */
const PROJECTION_DEVIATION = 0.02;

/** @throws ConfigError where the student lacks what it is to learn */
function needed<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new ConfigError(`DistillationTrainer: ${otherwise}.`);
  return value;
}

/** What the student gave, and what the teacher gave to the same batch. */
export interface Lesson {
  encoded: Encoded;
  output: Partial<ModelOutput>;
  /** By the names of teacher-tensors.ts. */
  teacher: Readonly<Record<string, tf.Tensor | undefined>>;
  layout: SequenceLayout;
}

/**
 * The loss of a distillation: the weighted sum of what a plan asks for. From the student's width to a teacher of another
 * width leads a projection for each pair of layers, which is learnt too and thrown away in the end.
 */
export class DistillationCriterion extends Module {
  readonly hidden_states: Linear[] = [];
  readonly #plan: DistillationPlan;
  readonly #lastTeacherLayer: number;

  constructor(plan: DistillationPlan, student: PretrainedConfig, teacher: PretrainedConfig, seed: number) {
    super();
    this.#plan = plan;
    this.#lastTeacherLayer = teacher.numHiddenLayers;
    if (plan.hiddenStates && student.hiddenSize !== teacher.hiddenSize) {
      const { layers } = plan.hiddenStates;
      this.hidden_states = layers.map(
        () => new Linear(student.hiddenSize, teacher.hiddenSize, PROJECTION_DEVIATION),
      );
    }
    for (const [name, parameter] of this.namedParameters("criterion.")) parameter.initialize(seed, name);
  }

  /** What is minimised for one batch. */
  loss(lesson: Lesson): tf.Scalar {
    const { taskWeight } = this.#plan;
    const terms = [...this.terms(lesson)];
    const task = taskWeight > 0 ? lesson.output.loss : undefined;
    if (task) terms.push([taskWeight, task]);
    return tf.addN(terms.map(([weight, term]) => tf.mul<tf.Scalar>(term, weight)));
  }

  private *terms({ encoded, output, teacher, layout }: Lesson): Generator<[weight: number, term: tf.Scalar]> {
    const { softLabels, hiddenStates, relations, pooled } = this.#plan;
    const target = (name: string) => teacher[name] as tf.Tensor2D;
    if (softLabels) {
      const { weight, temperature } = softLabels;
      const own = needed(output.logits, "softLabels: the student gives no logits") as tf.Tensor2D;
      yield [weight, softLabelLoss(own, target(LOGITS), temperature)];
    }
    for (const [index, [own, other]] of (hiddenStates?.layers ?? []).entries()) {
      const states = encoded.hiddenStates[own]!;
      const projected = this.hidden_states[index]?.forward(states) ?? states;
      yield [hiddenStates!.weight, meanSquaredError(projected, target(hiddenStatesOf(other)))];
    }
    if (relations) {
      const { weight, heads, studentLayer, teacherLayer } = relations;
      for (const which of PROJECTIONS) {
        const own = encoded.projections![studentLayer - 1]![which];
        const loss = attentionRelationLoss(own, target(projectionOf(which, teacherLayer)), layout, heads);
        yield [weight / PROJECTIONS.length, loss];
      }
    }
    if (pooled?.of === "pooler") {
      const own = needed(encoded.poolerOutput, "pooled: the student has no pooler");
      yield [pooled.weight, cosineDistance(own, target(POOLER_OUTPUT))];
    } else if (pooled) {
      const own = sequenceMeans(encoded.hiddenStates.at(-1)!, layout);
      const other = sequenceMeans(target(hiddenStatesOf(this.#lastTeacherLayer)), layout);
      yield [pooled.weight, cosineDistance(own, other)];
    }
  }
}
