import { DataCollatorWithPadding } from "../../collators/data-collator-with-padding";
import type { Dataset } from "../../datasets/dataset";
import { writeFileAtomic } from "../../checkpoints/atomic-file";
import { ConfigError } from "../../errors";
import { accuracyOf, gradePredictions, surestErrors } from "../../evaluation/graded-predictions";
import { AutoModelForSequenceClassification } from "../../models/auto";
import { LoraConfig } from "../../models/peft/lora-config";
import { getPeftModel, PeftModel } from "../../models/peft/peft-model";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { existsSync, readFile, rm } from "../../platform/files";
import path from "../../platform/path";
import type { TrainerCallback } from "../../training/callbacks";
import { lastCheckpoint } from "../../checkpoints/training-checkpoints";
import { Trainer } from "../../training/trainer";
import { TrainingArguments } from "../../training/training-arguments";
import type {
  Answer,
  Brought,
  Estimate,
  Kept,
  Labelled,
  Outcome,
  Paused,
  Roles,
  SavedAs,
  StudioEvent,
  SureError,
  TrainingSettings,
} from "./protocol";
import { isFull, STORAGE_IS_FULL } from "./full-storage";
import { Sentences } from "./sentences";
import { TokenizedSentences } from "./tokenized";
import { TrainedModel } from "./trained-model";

/** Steps that are measured, after one that makes what all of them need. */
const MEASURED = 4;
/** A checkpoint is written as often in a training, but not more often than after so many seconds. */
const CHECKPOINTS = { most: 8, seconds: 3 };

/** Where a training goes on for which there is no room. */
const IN_MEMORY = "/tmp/finetune-studio-run";

/** What is remembered beside the checkpoints. */
interface Memory {
  roles: Roles;
  settings: TrainingSettings;
  maxSteps: number;
  /** The name of the pretrained model. */
  model: string;
  done: boolean;
}

/**
 * From labelled sentences to a model that is kept: what the studio's page asks for, one thing after the other. It works on files alone,
 * in a browser as in Node.js.
 */
export class Session {
  private sentences: Sentences;
  private readonly tokenized = new TokenizedSentences();
  private checkpoint: { folder: string; name: string } | undefined;
  private roles: Roles | undefined;
  private readonly trained: TrainedModel;
  /** Where checkpoints go: in memory, once the storage was full. */
  private run: string;
  private isPausing = false;
  /** As it was measured last. */
  private secondsPerStep = Infinity;

  /**
   * @param folder  what is kept of this session and goes on the next time
   * @param tell    hears how things go
   */
  constructor(
    private readonly folder: string,
    private readonly tell: (event: StudioEvent) => void = () => undefined,
  ) {
    this.run = path.join(folder, "run");
    this.sentences = new Sentences(path.join(folder, "sentences"));
    this.trained = new TrainedModel(path.join(folder, "model"));
  }

  /**
   * @param folder  of the pretrained model that training begins with
   * @param name    what tells it from others, of which a training cannot go on
   */
  useCheckpoint(folder: string, name = ""): void {
    this.checkpoint = { folder, name };
  }

  /** Another engine; the trained model moves to it. */
  useEngine(name: string): Promise<string> {
    return this.trained.useEngine(name);
  }

  /** Labelled sentences in a file, or pasted. They take the place of earlier ones, and of what was trained on these, if they can be read. */
  async bring(name: string, content: Uint8Array): Promise<Brought> {
    const before = this.sentences;
    const brought = await before.bring(name, content).catch(async (error: unknown) => {
      if (!isFull(error)) throw error;
      this.tell({ kind: "note", text: STORAGE_IS_FULL });
      const sentences = new Sentences("/tmp/sentences");
      const brought = await sentences.bring(name, content);
      this.sentences = sentences;
      return brought;
    });
    await this.forgetTraining();
    this.roles = undefined;
    if (this.sentences !== before) await before.forget();
    await this.sentences.take();
    return brought;
  }

  choose(roles: Roles, seed: number): Labelled {
    const labelled = this.sentences.choose(roles, seed);
    this.roles = roles;
    return labelled;
  }

  /** How long a training would take, by some of its steps; nothing of them is left. */
  async measure(settings: TrainingSettings): Promise<Estimate> {
    const seconds: number[] = [];
    let began = 0;
    const watch: TrainerCallback = {
      onStepBegin: () => void (began = performance.now()),
      onStepEnd: () => void seconds.push((performance.now() - began) / 1000),
    };
    const { trainer, model, cut } = await this.trainerOf(settings, "/tmp/measured", [watch], MEASURED + 1);
    try {
      const steps = this.stepsOf(settings);
      await trainer.train();
      const [, ...measured] = seconds;
      this.secondsPerStep = measured.sort((a, b) => a - b)[Math.floor(measured.length / 2)] ?? seconds[0]!;
      return { steps, secondsPerStep: this.secondsPerStep, cut };
    } finally {
      model.dispose();
      await rm("/tmp/measured", { recursive: true, force: true });
    }
  }

  /**
   * Trains, from the beginning or from where it was interrupted.
   *
   * @throws what the Trainer throws; where the storage is full it goes on in memory instead, and says so
   */
  async train(settings: TrainingSettings, goesOn = false): Promise<Outcome | Paused> {
    this.isPausing = false;
    if (goesOn) await this.refuseOtherModel();
    else await this.forgetTraining();
    try {
      return await this.trainFrom(settings, goesOn);
    } catch (error) {
      if (!isFull(error)) throw error;
      this.tell({ kind: "note", text: STORAGE_IS_FULL });
      const last = await lastCheckpoint(this.run);
      this.run = IN_MEMORY;
      return await this.trainFrom(settings, last ?? false);
    }
  }

  /** @param resumes  from the run's last checkpoint, or from one of another folder */
  private async trainFrom(settings: TrainingSettings, resumes: boolean | string): Promise<Outcome | Paused> {
    const started = performance.now();
    const { trainer, model, tokenizer, heldOut } = await this.trainerOf(settings, this.run, [
      this.reporter(started),
    ]);
    let isKept = false;
    try {
      const maxSteps = this.stepsOf(settings);
      const memory = { roles: this.roles!, settings, maxSteps, model: this.checkpoint!.name };
      if (this.run !== IN_MEMORY) await this.remember({ ...memory, done: false });
      const { interrupted, globalStep } = await trainer.train({ resumeFromCheckpoint: resumes });
      const seconds = (performance.now() - started) / 1000;
      if (interrupted) return { interrupted: true, steps: globalStep, seconds };
      const figures = await this.judge(trainer, heldOut);
      const whole = model instanceof PeftModel ? (model.mergeAndUnload() as PreTrainedModel) : model;
      isKept = true;
      await this.trained.take(whole, tokenizer);
      await this.keep(memory);
      return { interrupted: false, steps: globalStep, seconds, ...figures };
    } finally {
      if (!isKept) model.dispose();
    }
  }

  /** Ends the training that runs, in order: it can go on. */
  pause(): void {
    this.isPausing = true;
    process.emit("SIGINT");
  }

  /** What the trained model says to a text, the likeliest label first. */
  classify(text: string): Promise<Answer[]> {
    return this.trained.classify(text);
  }

  /** Writes the trained model, and says where. */
  save(as: SavedAs, title: string): Promise<string> {
    return this.trained.save(as, title);
  }

  /** What the last time has left; undefined where that is nothing. */
  async kept(): Promise<Kept | undefined> {
    const brought = await this.sentences.reopen();
    if (!brought) return undefined;
    const nothing = { roles: undefined, settings: undefined, model: undefined, step: 0, maxSteps: 0 };
    try {
      const memory = await this.memory();
      if (!memory) return { stage: "brought", brought, ...nothing };
      const { done, ...rest } = memory;
      this.choose(rest.roles, rest.settings.seed);
      const last = done ? undefined : await lastCheckpoint(path.join(this.folder, "run"));
      const step = Number(/(\d+)$/.exec(last ?? "")?.[1] ?? 0);
      return { stage: done ? "trained" : "training", brought, ...rest, step };
    } catch {
      // Written by another version, or by chance: the sentences are there.
      return { stage: "brought", brought, ...nothing };
    }
  }

  private async memory(): Promise<Memory | undefined> {
    const file = path.join(this.folder, "memory.json");
    return existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as Memory) : undefined;
  }

  private async refuseOtherModel(): Promise<void> {
    const memory = await this.memory();
    if (memory && memory.model !== this.checkpoint?.name)
      throw new ConfigError(
        "This training began with another pretrained model, and can go on with that alone.",
      );
  }

  /** Forgets everything that was kept. */
  async discard(): Promise<void> {
    await this.forgetTraining();
    await this.sentences.forget();
  }

  private async forgetTraining(): Promise<void> {
    this.run = path.join(this.folder, "run");
    // First what says that there is something to go on with.
    await rm(path.join(this.folder, "memory.json"), { force: true });
    for (const folder of [this.run, IN_MEMORY]) await rm(folder, { recursive: true, force: true });
    await this.trained.forget();
  }

  private async remember(memory: Memory): Promise<void> {
    await writeFileAtomic(path.join(this.folder, "memory.json"), JSON.stringify(memory));
  }

  /** Keeps the trained model for the next time, in the place of its checkpoints; these stay where there is no room for it. */
  private async keep(memory: Omit<Memory, "done">): Promise<void> {
    try {
      await this.trained.keep();
      await this.remember({ ...memory, done: true });
      await rm(this.run, { recursive: true, force: true });
    } catch (error) {
      if (!isFull(error)) throw error;
      this.tell({ kind: "note", text: STORAGE_IS_FULL });
    }
  }

  private saveSteps(settings: TrainingSettings): number {
    const often = this.stepsOf(settings) / CHECKPOINTS.most;
    return Math.max(1, Math.floor(Math.max(often, CHECKPOINTS.seconds / this.secondsPerStep)));
  }

  private stepsOf({ batchSize, epochs }: TrainingSettings): number {
    return Math.ceil(this.sentences.chosen.datasets.train.length / batchSize) * epochs;
  }

  private async trainerOf(
    settings: TrainingSettings,
    outputDir: string,
    callbacks: TrainerCallback[],
    maxSteps?: number,
  ) {
    if (this.checkpoint === undefined)
      throw new ConfigError("There is no pretrained model to begin with yet.");
    const { datasets, labelNames } = this.sentences.chosen;
    const { maxLength, batchSize, epochs, learningRate, seed } = settings;
    const { tokenizer, rows, cut } = await this.tokenized.of(datasets, this.checkpoint, maxLength);
    const args = new TrainingArguments({
      outputDir,
      numTrainEpochs: epochs,
      perDeviceTrainBatchSize: batchSize,
      learningRate,
      seed,
      loggingSteps: 1,
      ...(maxSteps === undefined
        ? {
            evalStrategy: "epoch",
            saveStrategy: "steps",
            saveSteps: this.saveSteps(settings),
            saveTotalLimit: 1,
          }
        : { maxSteps, saveStrategy: "no" }),
      reportTo: "none",
    });
    const model = await this.modelOf(settings, labelNames);
    const trainer = new Trainer({
      model,
      args,
      trainDataset: rows.train,
      evalDataset: rows.validation,
      dataCollator: new DataCollatorWithPadding({ tokenizer }),
      processingClass: tokenizer,
      computeMetrics: (prediction) => ({ accuracy: accuracyOf(gradePredictions(prediction)) }),
      callbacks,
    });
    return { trainer, model, tokenizer, heldOut: rows.validation, cut };
  }

  private async modelOf({ trained, seed }: TrainingSettings, labelNames: string[]): Promise<PreTrainedModel> {
    const model = await AutoModelForSequenceClassification.fromPretrained(this.checkpoint!.folder, {
      numLabels: labelNames.length,
      id2label: Object.fromEntries(labelNames.entries()),
      ignoreMismatchedSizes: true,
      seed,
    });
    if (trained === "lora")
      return getPeftModel(model, new LoraConfig({ r: 8, loraAlpha: 16, loraDropout: 0.1 }));
    return trained === "head" ? model.freeze(model.baseModelPrefix) : model;
  }

  private reporter(started: number): TrainerCallback {
    let first: number | undefined;
    let trainLoss = 0;
    return {
      // Asked for before the Trainer had begun to listen.
      onStepBegin: () => void (this.isPausing && this.pause()),
      onLog: ({ state }, logs) => {
        if (logs.loss === undefined) return;
        trainLoss = logs.loss;
        first ??= state.globalStep - 1;
        const secondsPerStep = (performance.now() - started) / 1000 / (state.globalStep - first);
        this.tell({
          kind: "step",
          step: state.globalStep,
          maxSteps: state.maxSteps,
          loss: logs.loss,
          secondsPerStep,
        });
      },
      onEvaluate: ({ state }, metrics) => {
        const [evalLoss, accuracy] = [metrics.eval_loss ?? NaN, metrics.eval_accuracy ?? NaN];
        this.tell({ kind: "epoch", epoch: Math.round(state.epoch ?? 0), evalLoss, accuracy, trainLoss });
      },
      onSave: ({ state }) => this.tell({ kind: "saved", step: state.globalStep }),
    };
  }

  /** The model against the held-out part. */
  private async judge(
    trainer: Trainer,
    heldOut: Dataset,
  ): Promise<Pick<Outcome, "accuracy" | "right" | "of" | "baseline" | "errors">> {
    const { datasets, labelNames } = this.sentences.chosen;
    const graded = gradePredictions(await trainer.predict(heldOut));
    const right = graded.filter((each) => each.right).length;
    const counts = new Map<number, number>();
    for (const { reference } of graded) counts.set(reference, (counts.get(reference) ?? 0) + 1);
    const errors = surestErrors(graded, 8).map(({ row, reference, predicted, confidence }): SureError => {
      const [example] = datasets.validation.select([row]);
      return {
        text: example!.sentence,
        label: labelNames[reference]!,
        predicted: labelNames[predicted]!,
        confidence,
      };
    });
    return {
      accuracy: right / graded.length,
      right,
      of: graded.length,
      baseline: Math.max(...counts.values()) / graded.length,
      errors,
    };
  }
}
