import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StudioEvent, TrainingSettings } from "../../lib/src/studio/session/protocol";
import { Session } from "../../lib/src/studio/session/session";
import { tearDown, type Owner } from "../teardown";

/** Those of a training, not of an estimate. */
export const lossesOf = (events: StudioEvent[]) =>
  events.flatMap((event) => (event.kind === "step" && event.maxSteps > 5 ? [event.loss] : []));

export const largestDifference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** What the same session comes to in Node.js. */
export async function inNode(t: Owner, checkpoint: string, settings: TrainingSettings, table: string) {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-session-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  const events: StudioEvent[] = [];
  const session = new Session(folder, (event) => events.push(event));
  session.useCheckpoint(checkpoint);
  const { textColumn, labelColumn } = await session.bring("pasted text", Buffer.from(table));
  session.choose({ textColumn: textColumn!, labelColumn: labelColumn! }, settings.seed);
  const outcome = await session.train(settings);
  assert.ok(!outcome.interrupted);
  return { session, outcome, losses: lossesOf(events) };
}
