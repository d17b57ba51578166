import { appendFileSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { jupyterDataDir } from "../jupyter-paths";
import { makeFolder, writeWhole } from "../whole-file";

/** One cell that was run. */
interface Entry {
  session: number;
  line: number;
  input: string;
  /** The text of its result. */
  output?: string;
}

/** `[session, line, input]`, or `[session, line, [input, output]]`. */
type Row = [number, number, string | [string, string | null]];

/** The file keeps at least this many of the latest cells. */
const KEPT = 10_000;

/**
 * Where cells are remembered: `FINETUNE_HISTORY`, or a file in Jupyter's data folder of this user.
 *
 * @returns `undefined` when FINETUNE_HISTORY is "off"
 */
export function historyFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = env.FINETUNE_HISTORY;
  if (chosen === "off") return undefined;
  if (chosen) return chosen;
  try {
    return join(jupyterDataDir(env), "finetune-ts", "history.jsonl");
  } catch {
    // A user without a home folder.
    return undefined;
  }
}

/** The cells that a user has run, in this session and those before, in a file of JSON lines that only they can read. */
export class History {
  private readonly earlier: Entry[];
  private readonly own: Entry[] = [];
  private readonly session: number;

  /** @param file `undefined` remembers this session only */
  constructor(private file: string | undefined) {
    this.earlier = file === undefined ? [] : readEntries(file);
    this.session = this.earlier.reduce((last, { session }) => Math.max(last, session), 0) + 1;
    if (file !== undefined && this.earlier.length > 2 * KEPT) this.shorten(file);
  }

  private shorten(file: string): void {
    this.earlier.splice(0, this.earlier.length - KEPT);
    this.write(() => writeWhole(file, this.earlier.map(lineOf).join(""), { mode: 0o600 }));
  }

  add(line: number, input: string, output: string | undefined): void {
    const entry = { session: this.session, line, input, ...(output !== undefined && { output }) };
    this.own.push(entry);
    const { file } = this;
    if (file === undefined) return;
    this.write(() => {
      makeFolder(dirname(file));
      // One write a line: kernels that run at the same time do not mix theirs.
      appendFileSync(file, lineOf(entry), { mode: 0o600 });
    });
  }

  /** A history that cannot be written is no reason to stop working. */
  private write(work: () => void): void {
    try {
      work();
    } catch {
      this.file = undefined;
    }
  }

  /** Answers a `history_request`. */
  find(request: Record<string, unknown>): Row[] {
    const withOutput = request.output === true;
    const row = ({ session, line, input, output }: Entry): Row => [
      session,
      line,
      withOutput ? [input, output ?? null] : input,
    ];
    return this.select(request).map(row);
  }

  private select({
    hist_access_type: kind,
    n,
    pattern,
    unique,
    session,
    start,
    stop,
  }: Record<string, unknown>): Entry[] {
    const all = [...this.earlier, ...this.own];
    if (kind === "range") {
      const number = typeof session === "number" ? session : 0;
      const wanted = number > 0 ? number : this.session + number;
      const from = typeof start === "number" ? start : 0;
      const to = typeof stop === "number" ? stop : Infinity;
      return all.filter((each) => each.session === wanted && each.line >= from && each.line < to);
    }
    const last = (entries: Entry[]) => (typeof n === "number" ? (n > 0 ? entries.slice(-n) : []) : entries);
    if (kind !== "search") return last(all);
    const matches = globMatcher(typeof pattern === "string" ? pattern : "*");
    const found = all.filter(({ input }) => matches.test(input));
    return last(unique === true ? latestOfEach(found) : found);
  }
}

const lineOf = (entry: Entry) => JSON.stringify(entry) + "\n";

function readEntries(file: string): Entry[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const entry = JSON.parse(line) as Entry;
      return Number.isInteger(entry.session) && typeof entry.input === "string" ? [entry] : [];
    } catch {
      // A line that was cut off when its kernel was killed.
      return [];
    }
  });
}

/** `*` and `?` as in file names. */
function globMatcher(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${escaped}$`);
}

function latestOfEach(entries: readonly Entry[]): Entry[] {
  const byInput = new Map<string, Entry>();
  for (const entry of entries) {
    byInput.delete(entry.input);
    byInput.set(entry.input, entry);
  }
  return [...byInput.values()];
}
