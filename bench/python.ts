import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { UsageError } from "./options";

const run = promisify(execFile);

/** A Python program that measures the same, and its arguments. */
export interface Peer {
  script: string;
  args: string[];
  /** Arguments that our side needs too, beside the user's. */
  ownArgs?: string[];
  /** Called when all pairs have run. */
  cleanUp?: () => void;
}

/** Figures that tell how much there is to do. */
const WORK = [
  "mode",
  "sampling",
  "precision",
  "batch",
  "layers",
  "hidden",
  "real_tokens",
  "padded_tokens",
  "steps",
];

/** What both sides print, seconds by the name of the figure that is compared. */
type Figures = Record<string, unknown>;

/**
 * Runs a benchmark and its peer in turn, each in a process of its own: what else the machine does then meets both.
 *
 * @param compared  the figures whose ratios count, in seconds
 * @param pairs     how often; `--pairs` says otherwise
 * @throws UsageError if there is no Python or no peer
 */
export async function comparePairs(
  name: string,
  args: string[],
  peer: Peer,
  compared: readonly string[],
  pairs = 3,
): Promise<object> {
  const { python, rest } = pythonOf(args);
  const at = rest.indexOf("--pairs");
  if (at !== -1) pairs = Number(rest.splice(at, 2)[1]);
  if (!(Number.isInteger(pairs) && pairs > 0)) throw new UsageError("--pairs is a number of pairs.");
  if (!existsSync(peer.script)) throw new UsageError(`There is no ${peer.script}; give --peer.`);
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const bench = [
      ...process.execArgv,
      path.join(__dirname, "bench.ts"),
      name,
      ...rest,
      ...(peer.ownArgs ?? []),
    ];
    ours.push(await figuresOf(process.execPath, bench));
    theirs.push(await figuresOf(python, [peer.script, ...peer.args]));
    const faster = compared.map(
      (figure) => `${figure} ${ratio(ours[pair]!, theirs[pair]!, figure).toFixed(2)}`,
    );
    console.error(`pair ${pair + 1}, times as fast: ${faster.join(", ")}`);
    checkSameWork(ours[pair]!, theirs[pair]!);
  }
  const ratios = Object.fromEntries(
    compared.map((figure) => [figure, ours.map((own, pair) => ratio(own, theirs[pair]!, figure))]),
  );
  const medians = Object.entries(ratios).map(([figure, values]) => [
    figure,
    [...values].sort((a, b) => a - b)[Math.floor(pairs / 2)],
  ]);
  return { ratios, median_ratio: Object.fromEntries(medians) as Figures, ours, peer: theirs };
}

/** The interpreter: `--python`, else $PYTHON, else python3; and the other arguments. */
function pythonOf(args: string[]): { python: string; rest: string[] } {
  const rest = args.filter((arg) => arg !== "--vs-python");
  const at = rest.indexOf("--python");
  const python = at === -1 ? (process.env.PYTHON ?? "python3") : rest[at + 1];
  if (!python) throw new UsageError("--python needs the path of an interpreter.");
  if (at !== -1) rest.splice(at, 2);
  return { python, rest };
}

async function figuresOf(command: string, args: string[]): Promise<Figures> {
  try {
    const { stdout } = await run(command, args, { maxBuffer: 64 * 2 ** 20 });
    return JSON.parse(stdout.trim().split("\n").at(-1)!) as Figures;
  } catch (error) {
    throw new UsageError(`${command} ${args[0]} failed: ${(error as Error).message}`);
  }
}

/** What both sides say of their work has to be the same. */
function checkSameWork(ours: Figures, theirs: Figures): void {
  for (const figure of WORK) {
    if (ours[figure] === theirs[figure]) continue;
    console.error(
      `Not the same work: ${figure} ${String(ours[figure])} here, ${String(theirs[figure])} there.`,
    );
  }
}

function ratio(ours: Figures, theirs: Figures, figure: string): number {
  return Number(theirs[figure]) / Number(ours[figure]);
}
