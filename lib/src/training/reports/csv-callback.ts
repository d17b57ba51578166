import { appendFileSync, mkdirSync } from "../../platform/files";
import path from "../../platform/path";
import { writeFileAtomic } from "../../checkpoints/atomic-file";
import type { CallbackContext, TrainerCallback } from "../callbacks";
import type { LogEntry } from "../state";

const FILE = "logs.csv";

/**
 * Writes what is logged as a table: `logs.csv` in `loggingDir` or the output folder, a row an entry.
 *
 * @example
 * const trainer = new Trainer({ model, args, trainDataset, callbacks: [new CsvCallback()] });
 */
export class CsvCallback implements TrainerCallback {
  private columns: string[] = [];

  onTrainBegin(): void {
    // Of a run that goes on, the entries of before are written with its first new one.
    this.columns = [];
  }

  async onLog({ args, state }: CallbackContext): Promise<void> {
    const folder = args.loggingDir ?? args.outputDir;
    const file = path.join(folder, FILE);
    const entry = state.logHistory.at(-1)!;
    if (Object.keys(entry).every((name) => this.columns.includes(name))) {
      return appendFileSync(file, this.row(entry));
    }
    this.columns = [...new Set(["step", "epoch", ...state.logHistory.flatMap((each) => Object.keys(each))])];
    mkdirSync(folder, { recursive: true });
    const rows = state.logHistory.map((each) => this.row(each));
    await writeFileAtomic(file, `${this.columns.join(",")}\n${rows.join("")}`);
  }

  private row(entry: LogEntry): string {
    return `${this.columns.map((name) => entry[name] ?? "").join(",")}\n`;
  }
}
