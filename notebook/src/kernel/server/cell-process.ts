import { spawn, type ChildProcess } from "node:child_process";
import { extname, join } from "node:path";
import type { Writable, Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { lineReader, PIPES, type NewsOfCells, type OrderToCells } from "../protocol/cell-messages";

/** An interrupt that was not heard after this long is given again as a signal, where one can do something. */
const SIGNAL_AFTER_MS = 1000;
/** After this long the user is told that nothing helps. */
const TELL_AFTER_MS = 8000;
/** How long the process may take to end when asked. */
const EXIT_MS = 1500;

const LAST_WORDS = 4000;
/** How long the pipes may stay open after the end of the process. */
const LAST_WORDS_MS = 300;

export interface CellProcessListener {
  onNews(news: NewsOfCells): void;
  /** Text that did not come from JavaScript: from native code, and from programs that inherited the streams. */
  onRawOutput(name: "stdout" | "stderr", text: string): void;
  /** An interrupt cannot be carried out. */
  onDeaf(): void;
  /** The process ended although nobody asked it to. */
  onDeath: (exit: CellProcessExit) => void;
}

export interface CellProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last that it wrote to its own standard error. */
  lastWords: string;
}

/** The process in which cells run, seen from the server. */
export class CellProcess {
  private readonly child: ChildProcess;
  private readonly orders: Writable;
  private readonly watch: Writable;
  private readonly exited: Promise<void>;
  private stoppable = false;
  private interrupts = 0;
  private lastWords = "";
  private ending = false;
  private unheard: NodeJS.Timeout[] = [];

  constructor(private readonly listener: CellProcessListener) {
    const program = join(__dirname, "..", "cells", "main") + extname(__filename);
    const flags = process.execArgv;
    this.child = spawn(process.execPath, [...flags, program], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
      // Interrupts reach it through the server alone, and whatever it starts can be ended with it.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const pipes = this.child.stdio as (Readable | Writable | null)[];
    const [stdout, stderr] = [pipes[1] as Readable, pipes[2] as Readable];
    this.orders = pipes[PIPES.orders] as Writable;
    this.watch = pipes[PIPES.watch] as Writable;
    // It may be gone before it has read what we write.
    for (const pipe of [this.orders, this.watch]) pipe.on("error", () => undefined);
    (pipes[PIPES.news] as Readable).on(
      "data",
      lineReader<NewsOfCells>((each) => this.take(each)),
    );
    this.forwardRaw("stdout", stdout);
    this.forwardRaw("stderr", stderr);
    this.exited = new Promise((resolve) => {
      let ended = false;
      const end = (code: number | null, signal: NodeJS.Signals | null) => {
        if (ended) return;
        ended = true;
        this.heard();
        resolve();
        if (!this.ending) listener.onDeath({ code, signal, lastWords: this.lastWords.trim() });
      };
      this.child.once("close", end);
      // A program that a cell left behind may hold the pipes open for good.
      this.child.once("exit", (code, signal) => setTimeout(() => end(code, signal), LAST_WORDS_MS));
      this.child.once("error", (error) => {
        this.lastWords += error.message;
        end(1, null);
      });
    });
    process.once("exit", this.kill);
  }

  private forwardRaw(name: "stdout" | "stderr", pipe: Readable): void {
    const decoder = new StringDecoder();
    pipe.on("data", (data: Buffer) => {
      const text = decoder.write(data);
      if (name === "stderr") this.lastWords = (this.lastWords + text).slice(-LAST_WORDS);
      this.listener.onRawOutput(name, text);
    });
  }

  private take(news: NewsOfCells): void {
    if (news.type === "phase") this.stoppable = news.stoppable;
    else if (news.type === "interrupted") this.heard();
    else this.listener.onNews(news);
  }

  order(order: OrderToCells): void {
    this.orders.write(JSON.stringify(order) + "\n");
  }

  /** Stops what runs: at the next loop or `await` of a cell's code, or anywhere in a cell's first part. */
  interrupt(): void {
    const number = ++this.interrupts;
    this.watch.write(`${number}\n`);
    this.order({ type: "interrupt", number });
    this.heard();
    this.unheard = [
      setInterval(() => this.stoppable && this.child.kill("SIGINT"), SIGNAL_AFTER_MS),
      setTimeout(() => this.listener.onDeaf(), TELL_AFTER_MS),
    ];
  }

  private heard(): void {
    for (const timer of this.unheard) clearTimeout(timer);
    this.unheard = [];
  }

  /** Asks the process to end, and ends it if it does not. */
  async close(): Promise<void> {
    this.ending = true;
    this.order({ type: "exit" });
    const patience = setTimeout(this.kill, EXIT_MS);
    await this.exited;
    clearTimeout(patience);
    // What it has started is in its group.
    this.kill();
  }

  /** Ends the process and all that it has started. */
  readonly kill = (): void => {
    this.ending = true;
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.child.kill("SIGKILL");
      else process.kill(-pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
  };
}
