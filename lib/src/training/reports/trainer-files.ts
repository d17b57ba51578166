import { joinProcessGroup } from "../../distributed/join";
import { onFirst } from "../../distributed/on-first";
import type { PushedCommit } from "../../hub/push";
import { isFirstProcess } from "../../launch";
import type { Logs } from "../callbacks";
import { writeState, type TrainerState } from "../state";
import type { TrainingArguments } from "../training-arguments";
import { describeMetrics, writeMetrics } from "./metric-files";
import { writeModelCard, type CardedRun, type ModelCardOptions } from "./model-card";
import { pushRun, type PushRunOptions } from "./push-run";

/** What a Trainer shows, writes and sends when it has trained; of several processes, the first one does so. */
export abstract class TrainerFiles {
  abstract readonly args: TrainingArguments;

  /** Where the run stands, or the last one stood. */
  abstract get state(): TrainerState;

  /** Whether this process speaks for all of those that train together: of several, the first; else always. */
  isWorldProcessZero(): boolean {
    return isFirstProcess();
  }

  /** Writes model and tokenizer into a folder. */
  protected abstract writeModel(directory: string): Promise<void>;

  /** Writes model and tokenizer into a folder; by default the output folder. */
  async saveModel(directory: string = this.args.outputDir): Promise<void> {
    await this.onFirst("the model's files", () => this.writeModel(directory));
  }

  /** Writes the state into the output folder, as `trainer_state.json`. */
  async saveState(): Promise<void> {
    await this.onFirst("trainer_state.json", () => writeState(this.args.outputDir, this.state));
  }

  /** Prints figures in columns: `logMetrics("eval", await trainer.evaluate())`. */
  logMetrics(split: string, metrics: Logs): void {
    if (isFirstProcess()) console.log(describeMetrics(split, metrics));
  }

  /**
   * Writes figures into the output folder, as `<split>_results.json`.
   *
   * @param combined  whether they are added to `all_results.json` too. Default true
   */
  async saveMetrics(split: string, metrics: Logs, combined = true): Promise<void> {
    const write = () => writeMetrics(this.args.outputDir, split, metrics, combined);
    await this.onFirst("the metrics' files", write);
  }

  /** Writes a model card, `README.md`, into the output folder: arguments, results, and what the options say. */
  async createModelCard(options: ModelCardOptions = {}): Promise<void> {
    const run = await this.runOfCard();
    await this.onFirst("the model card", () => writeModelCard(this.args.outputDir, options, run));
  }

  /** Sends model, tokenizer and model card with the results to the Hub: to "my-model" of your account, or "owner/my-model". */
  async pushToHub(name: string, options: PushRunOptions = {}): Promise<PushedCommit> {
    const run = { ...(await this.runOfCard()), saveModel: (directory: string) => this.writeModel(directory) };
    return await this.onFirst("what is sent to the Hub", () => pushRun(run, name, options));
  }

  private async runOfCard(): Promise<CardedRun> {
    const { args, state } = this;
    const { size } = await joinProcessGroup(args.ddpTimeout);
    return { args, state, processes: size };
  }

  private async onFirst<T>(purpose: string, body: () => Promise<T>): Promise<T> {
    return await onFirst(await joinProcessGroup(this.args.ddpTimeout), purpose, body);
  }
}
