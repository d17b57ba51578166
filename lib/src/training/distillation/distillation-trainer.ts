import path from "../../platform/path";
import * as tf from "../../tfjs";
import type { Batch } from "../../collators/batch";
import { ConfigError } from "../../errors";
import type { ModelOutput, TaskInputs } from "../../models/model-output";
import { packBatch } from "../../models/packed-batch";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { joinProcessGroup } from "../../distributed/join";
import { firstThenOthers } from "../../distributed/on-first";
import type { Logs } from "../callbacks";
import { isDataset, modelRows, type TrainerDataset } from "../data-loader";
import { requireLoss } from "../step/train-step";
import { Trainer } from "../trainer";
import {
  TRAINER_OPTIONS,
  type TrainerOptions,
  type TrainOptions,
  type TrainOutput,
} from "../trainer-options";
import { DistillationCriterion } from "./criterion";
import { planDistillation, type DistillationOptions, type DistillationPlan } from "./options";
import { Teacher } from "./teacher";
import type { TeacherStore } from "./teacher-store";
import { teacherTensors, type TeacherTensor } from "./teacher-tensors";

export interface DistillationTrainerOptions<
  Model extends PreTrainedModel<object> = PreTrainedModel<object>,
> extends Omit<TrainerOptions<Model>, "modelInit"> {
  /** The student. */
  model: Model;
  /** A larger model that has learnt; it is not changed. */
  teacher: PreTrainedModel<object>;
  /** What the student takes over from it. */
  distillation: DistillationOptions;
  /**
   * A dataset's rows as the teacher reads them, where its vocabulary is another: as many rows, in the same order, and
   * for all but soft labels and pooled vectors as many tokens in each. Default: the dataset itself.
   */
  teacherDataset?: (dataset: TrainerDataset) => TrainerDataset;
  /** Where the teacher's outputs are kept. Default: `teacher` in the output folder. */
  teacherDirectory?: string;
}

/**
 * Trains a model to do as a larger one does, which teaches it far more than the texts alone would. The teacher reads
 * every row once; its outputs stay on disk, so the epochs after the first, and a run that goes on after a kill, cost a
 * student's step and no more.
 *
 * @example
 * const trainer = new DistillationTrainer({
 *   model: student,
 *   teacher,
 *   args,
 *   trainDataset,
 *   distillation: { hiddenStates: { layers: [[3, 6]] }, pooled: {} },
 * });
 * await trainer.train();
 *
 * @see Hinton et al. 2015; Jiao et al. 2020 (TinyBERT); Wang et al. 2020 and 2021 (MiniLM)
 */
export class DistillationTrainer<
  Model extends PreTrainedModel<object> = PreTrainedModel<object>,
> extends Trainer<Model> {
  static override readonly optionNames: readonly string[] = [
    ...TRAINER_OPTIONS,
    ...["teacher", "distillation", "teacherDataset", "teacherDirectory"],
  ];
  protected override readonly criterion: DistillationCriterion;
  private readonly plan: DistillationPlan;
  private readonly tensors: readonly TeacherTensor[];
  private readonly teacher: Teacher;
  private readonly outputs = new Map<TrainerDataset, TeacherStore>();

  /** @throws ConfigError if the models cannot be compared as asked for */
  constructor(private readonly distillationOptions: DistillationTrainerOptions<Model>) {
    super(distillationOptions);
    const { model, teacher, distillation, teacherDirectory } = distillationOptions;
    this.plan = planDistillation(distillation, model.config, teacher.config);
    this.criterion = new DistillationCriterion(this.plan, model.config, teacher.config, this.args.seed);
    this.tensors = teacherTensors(this.plan, teacher.config.numHiddenLayers);
    const directory = teacherDirectory ?? path.join(this.args.outputDir, "teacher");
    this.teacher = new Teacher(teacher, this.tensors, directory, this.args.bf16);
  }

  override async train(options: TrainOptions = {}): Promise<TrainOutput> {
    const { trainDataset, evalDataset } = this.distillationOptions;
    if (trainDataset && trainDataset.length > 0) await this.ask(trainDataset);
    if (this.args.evalStrategy !== "no") for (const each of datasetsOf(evalDataset)) await this.ask(each);
    return await super.train(options);
  }

  override async evaluate(
    dataset: TrainerOptions["evalDataset"] = this.distillationOptions.evalDataset,
    metricKeyPrefix: string = "eval",
  ): Promise<Logs> {
    for (const each of datasetsOf(dataset)) await this.ask(each);
    return await super.evaluate(dataset, metricKeyPrefix);
  }

  protected override computeLoss(batch: Batch, labelled: boolean): Partial<ModelOutput> {
    const source = this.sourceOf(batch);
    const store = source && this.outputs.get(source.dataset);
    if (!store) return super.computeLoss(batch, labelled);
    const { model, plan } = this;
    const inputs = {
      ...batch,
      labels: labelled && plan.taskWeight > 0 ? batch.labels : undefined,
    } as TaskInputs;
    const packed = packBatch(inputs);
    model.checkInputs(inputs);
    return tf.tidy(() => {
      const teacher = Object.fromEntries(
        Array.from(store.read(source.rows), ([name, { data, shape }]) => [name, tf.tensor2d(data, shape)]),
      );
      const encoded = model.encode(packed, { outputProjections: plan.relations !== undefined });
      const options = { labelSmoothing: this.args.labelSmoothingFactor };
      const output: Partial<ModelOutput> =
        plan.softLabels || plan.taskWeight > 0 ? model.readOut(encoded, packed, inputs, options) : {};
      if (labelled && plan.taskWeight > 0) requireLoss(output, model, batch);
      const loss = this.criterion.loss({ encoded, output, teacher, layout: packed.layout });
      return { ...output, loss };
    });
  }

  /** Has the teacher's outputs for a dataset computed, or found on disk. */
  private async ask(dataset: TrainerDataset): Promise<void> {
    if (this.outputs.has(dataset)) return;
    const { dataCollator } = this;
    const { teacherDataset = (same: TrainerDataset) => same } = this.distillationOptions;
    const forTeacher = teacherDataset(dataset);
    if (forTeacher.length !== dataset.length) {
      throw new ConfigError(
        `DistillationTrainer: the student reads ${dataset.length} rows, the teacher ${forTeacher.length}.`,
      );
    }
    const collate = (indices: Int32Array) => dataCollator(modelRows(forTeacher, indices));
    const group = await joinProcessGroup(this.args.ddpTimeout);
    const store = await firstThenOthers(group, "the teacher's outputs", () => {
      return this.teacher.outputs(forTeacher, collate);
    });
    if (this.tensors.some(({ per }) => per === "token")) checkTokens(dataset, store);
    this.outputs.set(dataset, store);
  }
}

/** @throws ConfigError that names the first row in which student and teacher see different numbers of tokens */
function checkTokens(dataset: TrainerDataset, store: TeacherStore): void {
  for (let row = 0; row < dataset.length; row++) {
    const own = (dataset.at(row).input_ids as ArrayLike<number>).length;
    if (own === store.tokens(row)) continue;
    throw new ConfigError(
      `DistillationTrainer: row ${row} has ${own} tokens for the student and ${store.tokens(row)} for the teacher; ` +
        "token by token they can be compared only if they cut texts into the same pieces.",
    );
  }
}

function datasetsOf(datasets: TrainerOptions["evalDataset"]): TrainerDataset[] {
  if (!datasets) return [];
  return isDataset(datasets) ? [datasets] : Object.values(datasets);
}
