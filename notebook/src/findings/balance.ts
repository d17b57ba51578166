import type { LabelBalance } from "../label-balance";
import { percent } from "../numbers";
import { type Prose, prose } from "./prose";

/** Shares that differ by less than this count as balanced. */
const CLOSE = 0.05;

/**
 * What the labels of the splits mean for what is to come: the accuracy that costs nothing, and whether the classes are in balance.
 *
 * @param split the one that accuracy will be measured on. Default "validation"
 * @example
 * display(balanceFindings(labelBalance(rawDatasets)));
 */
export function balanceFindings(balance: LabelBalance, split = "validation"): Prose {
  const { label, share } = balance.majority(split);
  const classes = Object.keys(balance.counts[split]!).length;
  const hidden = balance.rows.filter(({ hidden: count, rows }) => count === rows && rows !== 0);
  return prose([
    `The most frequent label of ${split} is "${label}", with ${percent(share)}: saying it to every sentence would already be right ` +
      "that often, so any accuracy has to be held against this.",
    share - 1 / classes < CLOSE
      ? `The ${classes} labels are about equally frequent, so accuracy is a fair figure.`
      : `The ${classes} labels are not equally frequent: look at the confusion matrix too, and not at accuracy alone.`,
    ...hidden.map(
      ({ split: name }) => `The labels of ${String(name)} are hidden: nothing can be measured there.`,
    ),
  ]);
}
