import type { SharesByKind } from "finetune-ts";
import { percent } from "../numbers";
import { type Prose, prose } from "./prose";

/** Fewer sentences of a kind say too little. */
const ENOUGH = 30;

/**
 * Where a model is ahead of another and where not.
 *
 * @param shares  as `sharesByKind` gives them
 * @param columns `model`: the column that is looked at; `rival`: the column that it is held against
 * @example
 * const shares = sharesByKind(["plain", "irony"], { words: [true, false], model: [true, true] });
 * display(challengeFindings(shares, { model: "model", rival: "words" }));
 */
export function challengeFindings(
  shares: readonly SharesByKind[],
  columns: { model: string; rival: string },
): Prose {
  const { model, rival } = columns;
  const share = (row: SharesByKind, name: string) => Number(row[name]);
  const all = shares.find(({ kind }) => kind === "all")!;
  const kinds = shares.filter(({ kind, sentences }) => kind !== "all" && sentences >= ENOUGH);
  const lead = (row: SharesByKind) => share(row, model) - share(row, rival);
  const sorted = [...kinds].sort((a, b) => lead(b) - lead(a));
  const points = (value: number) => `${(100 * Math.abs(value)).toFixed(1)} points`;
  const said = (row: SharesByKind) =>
    `${row.kind} (${percent(share(row, model))} against ${percent(share(row, rival))})`;
  const overall = lead(all);
  const sentences = [
    overall > 0
      ? `Over all, ${model} is ${points(overall)} ahead of ${rival}.`
      : `Over all, ${model} is not ahead of ${rival} (${percent(share(all, model))} against ${percent(share(all, rival))}).`,
  ];
  const [most] = sorted;
  const least = sorted.at(-1);
  if (most && least && most !== least) {
    sentences.push(
      lead(most) > 0
        ? `It gains most on ${said(most)}, and least on ${said(least)}.`
        : `It is ahead on no kind of ${ENOUGH} sentences or more.`,
    );
  }
  const few = shares
    .filter(({ sentences: rows }) => rows < ENOUGH)
    .map(({ kind, sentences: rows }) => `${kind} (${rows})`);
  if (few.length > 0) sentences.push(`Too few to tell anything: ${few.join(", ")}.`);
  return prose(sentences);
}
