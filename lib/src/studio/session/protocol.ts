/** What the page and its worker tell each other: structured clones alone. */

/** Which weights are trained. */
export type Trained = "head" | "lora" | "all";

export interface TrainingSettings {
  trained: Trained;
  epochs: number;
  learningRate: number;
  batchSize: number;
  /** Longest text in tokens; what is longer is cut. */
  maxLength: number;
  seed: number;
}

/** Hidden states at least so wide are those of a model that learns by smaller steps. */
const WIDE = 512;

/** What suits some hundred sentences, unless somebody knows better: the fewer weights are trained, the larger steps they take. */
export function defaultSettings(trained: Trained, hiddenSize: number): TrainingSettings {
  const learningRate = { head: 1e-2, lora: 3e-3, all: hiddenSize < WIDE ? 2e-4 : 3e-5 }[trained];
  const epochs = { head: 10, lora: 8, all: 5 }[trained];
  return { trained, epochs, learningRate, batchSize: 16, maxLength: 128, seed: 42 };
}

/** A column of what was brought. */
export interface ColumnInfo {
  name: string;
  /** As the library calls it: `string`, `int64` … */
  type: string;
}

/** What was brought: before it is said which column is what. */
export interface Brought {
  name: string;
  rows: number;
  columns: ColumnInfo[];
  /** The first rows, cut where they are long. */
  preview: string[][];
  /** The columns that are taken for texts and labels; undefined where it cannot be told. */
  textColumn: string | undefined;
  labelColumn: string | undefined;
}

/** Which column is what. */
export interface Roles {
  textColumn: string;
  labelColumn: string;
}

/** What there is to learn from. */
export interface Labelled {
  labels: { name: string; count: number }[];
  train: number;
  validation: number;
  /** What a user should know before training. */
  warnings: string[];
}

export interface Estimate {
  steps: number;
  secondsPerStep: number;
  /** Texts that are longer than what is read of one. */
  cut: number;
}

/** A text of the held-out part that the trained model is wrong about. */
export interface SureError {
  text: string;
  label: string;
  predicted: string;
  /** 0 to 1. */
  confidence: number;
}

/** A training that was ended by "pause", and can go on. */
export interface Paused {
  interrupted: true;
  steps: number;
  seconds: number;
}

/** What came of a training. */
export interface Outcome {
  interrupted: false;
  steps: number;
  seconds: number;
  /** Of the held-out part. */
  accuracy: number;
  right: number;
  of: number;
  /** What always guessing the most frequent label would get. */
  baseline: number;
  errors: SureError[];
}

/** What was kept from the last time that the page was open. */
export interface Kept {
  /** How far it had come: `training` can go on, `trained` has a model. */
  stage: "brought" | "training" | "trained";
  brought: Brought;
  roles: Roles | undefined;
  settings: TrainingSettings | undefined;
  /** The name of the pretrained model that the training began with, and can go on with. */
  model: string | undefined;
  /** The step that training goes on from, 0 where it had no checkpoint yet, of how many. */
  step: number;
  maxSteps: number;
}

export interface Answer {
  label: string;
  score: number;
}

export type SavedAs = "folder" | "onnx" | "page";

/** What the worker tells of its own accord. */
export type StudioEvent =
  | { kind: "step"; step: number; maxSteps: number; loss: number; secondsPerStep: number }
  | { kind: "epoch"; epoch: number; evalLoss: number; accuracy: number; trainLoss: number }
  | { kind: "saved"; step: number }
  | { kind: "progress"; label: string; done: number; total: number; unit: string }
  /** Why nothing is kept from now on. */
  | { kind: "note"; text: string };

/** What the page hands over before it lets no connection through any more. */
export interface Supplies {
  /** Files of the library, by their names. */
  assets: Record<string, Blob>;
  /** Those of the pretrained model. */
  checkpoint: Record<string, Blob>;
  /** Its name on the Hub; empty: the page's own. */
  model: string;
}

export interface EngineInfo {
  name: string;
  available: boolean;
  note: string;
}

export interface Started {
  engine: string;
  engines: EngineInfo[];
  model: ModelInfo;
  kept: Kept | undefined;
  /** Why nothing is kept when the page is closed; undefined where it is. */
  forgets: string | undefined;
}

/** How the name of a model begins that is a folder of the visitor's. */
export const CHOSEN = "chosen ";

/** Of a pretrained model. */
export interface ModelInfo {
  /** What tells it from others: its name on the Hub; empty: the page's own; else {@link CHOSEN} and a number. */
  name: string;
  modelType: string;
  layers: number;
  hiddenSize: number;
}

/** What the page asks its worker, by name. */
export interface StudioMethods {
  start(supplies: Supplies): Promise<Started>;
  useEngine(name: string): Promise<string>;
  /** Another pretrained model, of files that a visitor has chosen. */
  useCheckpoint(files: Record<string, Blob>): Promise<ModelInfo>;
  bring(name: string, content: Blob): Promise<Brought>;
  choose(roles: Roles, seed: number): Promise<Labelled>;
  measure(settings: TrainingSettings): Promise<Estimate>;
  train(settings: TrainingSettings, goesOn: boolean): Promise<Outcome | Paused>;
  pause(): Promise<void>;
  classify(text: string): Promise<Answer[]>;
  /** The model as a zip archive. */
  save(as: SavedAs, title: string): Promise<Blob>;
  /** Forgets all that is kept. */
  discard(): Promise<ModelInfo>;
}
