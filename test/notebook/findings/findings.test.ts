import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Dataset } from "../../../lib/src/datasets/dataset";
import { DatasetDict } from "../../../lib/src/datasets/dataset-dict";
import { ClassLabel } from "../../../lib/src/datasets/features";
import { ConfigError } from "../../../lib/src/errors";
import { gradePredictions } from "../../../lib/src/evaluation/graded-predictions";
import { balanceFindings } from "../../../notebook/src/findings/balance";
import { sharesByKind } from "../../../lib/src/evaluation/shares-by-kind";
import { challengeFindings } from "../../../notebook/src/findings/challenge";
import { predictionFindings } from "../../../notebook/src/findings/predictions";
import { prose } from "../../../notebook/src/findings/prose";
import { runFindings } from "../../../notebook/src/findings/run";
import { runsFindings } from "../../../notebook/src/findings/runs";
import { nearestMeanAccuracy } from "../../../lib/src/evaluation/nearest-mean";
import { stateFindings } from "../../../notebook/src/findings/states";
import { trainingFindings } from "../../../notebook/src/findings/training";
import { labelBalance } from "../../../notebook/src/label-balance";
import type { LogEntry } from "../../../lib/src/training/state";

const say = (finding: { sentences: readonly string[] }) => finding.sentences.join(" ");

/** A log of losses, one a half epoch, and of evaluations [loss, accuracy], one an epoch. */
function log(losses: number[], evaluations: [number, number][]): LogEntry[] {
  return [
    ...losses.map((loss, i) => ({ epoch: (i + 1) / 2, step: 5 * (i + 1), loss })),
    ...evaluations.map(([eval_loss, eval_accuracy], i) => ({
      epoch: i + 1,
      step: 10 * (i + 1),
      eval_loss,
      eval_accuracy,
    })),
  ];
}

describe("what a training came to", () => {
  it("the best epoch was the last, and the losses fell", () => {
    const history = log(
      [0.69, 0.6, 0.5, 0.4],
      [
        [0.6, 0.7],
        [0.5, 0.8],
      ],
    );
    assert.equal(
      say(trainingFindings({ logHistory: history, bestGlobalStep: 20 })),
      "The training loss fell from 0.69 to 0.40. The best epoch was the last (2), with 80.0 % right on validation: nothing had to be " +
        "put back. The validation loss was lowest at the end: no sign of overfitting yet.",
    );
  });

  it("an earlier epoch was better and was put back, with overfitting", () => {
    const history = log(
      [0.69, 0.3, 0.1, 0.05],
      [
        [0.4, 0.86],
        [0.6, 0.85],
      ],
    );
    const said = say(trainingFindings({ logHistory: history, bestGlobalStep: 10 }));
    assert.match(said, /fell from 0\.69 to 0\.050\./);
    assert.match(
      said,
      /The best epoch was 1, with 86\.0 % right on validation \(the last had 85\.0 %\): its checkpoint has been put/,
    );
    assert.match(
      said,
      /lowest after epoch 1 \(0\.40\) and ended at 0\.60, while the training loss went down.*overfitting/,
    );
    assert.doesNotMatch(said, /rose all the same/);
  });

  it("says why accuracy may rise while the validation loss rises too", () => {
    const history = log(
      [0.69, 0.3, 0.1, 0.05],
      [
        [0.4, 0.86],
        [0.45, 0.9],
      ],
    );
    const said = say(trainingFindings({ logHistory: history, bestGlobalStep: 20 }));
    assert.match(said, /rose all the same, from 86\.0 % to 90\.0 %/);
  });

  it("a loss that rises is not called overfitting", () => {
    const said = say(
      trainingFindings({
        logHistory: log(
          [0.69, 0.72],
          [
            [0.69, 0.5],
            [0.75, 0.5],
          ],
        ),
        bestGlobalStep: 10,
      }),
    );
    assert.match(said, /rose from 0\.69 to 0\.72/);
    assert.match(said, /did not go down either/);
    assert.doesNotMatch(said, /overfitting/);
  });

  it("says what cannot be said", () => {
    assert.match(
      say(trainingFindings({ logHistory: [], bestGlobalStep: null })),
      /never logged.*Nothing was evaluated/,
    );
    const once = say(trainingFindings({ logHistory: log([0.5], [[0.5, 0.7]]), bestGlobalStep: null }));
    assert.match(once, /no epoch was chosen as the best\. One evaluation tells no direction/);
  });
});

describe("what predictions come to", () => {
  /** `wrong` of ten rows of each label are wrong; each with this confidence. */
  const graded = (wrong: [number, number], confidence: number) => {
    const logit = Math.log(confidence / (1 - confidence));
    const labelIds = Array.from({ length: 20 }, (_, row) => row % 2);
    const predictions = labelIds.map((label, row) => {
      const isRight = Math.floor(row / 2) >= wrong[label]!;
      return (isRight ? label : 1 - label) === 1 ? [0, logit] : [logit, 0];
    });
    return gradePredictions({ predictions, labelIds });
  };
  const labels = ["negative", "positive"];

  it("counts, names the weaker label and judges the confidence", () => {
    const said = say(predictionFindings(graded([3, 1], 0.95), { labels }));
    assert.match(said, /^16 of 20 are right \(80\.0 %\).*between 58\.4 % and 91\.9 %/);
    assert.match(said, /"negative" is recognised least often \(70\.0 %\), "positive" most often \(90\.0 %\)/);
    assert.match(said, /surer than it is right \(95\.0 % sure on average, 80\.0 % right, ECE 15\.0 %\)/);
  });

  it("finds a modest and a well calibrated model", () => {
    assert.match(
      say(predictionFindings(graded([1, 1], 0.6), { labels })),
      /less sure than it could be.*ECE 30\.0 %/,
    );
    const said = say(predictionFindings(graded([2, 2], 0.8), { labels }));
    assert.match(said, /as sure as it is right/);
    assert.match(said, /Every label is recognised equally often \(80\.0 %\)/);
  });

  it("refuses nothing at all", () => {
    assert.throws(() => predictionFindings([], { labels }), ConfigError);
  });

  it("sums a run up, whether it learned something or not", () => {
    const figures = { baseline: 0.5, seconds: 12.34, steps: 1000 };
    assert.equal(
      say(runFindings({ ...figures, graded: graded([3, 1], 0.95), challenge: 0.7 })),
      "1,000 steps in 12.3 s took the accuracy on validation from the 50.0 % of the most frequent label to 80.0 %, 30.0 points above " +
        "it. Of the sentences that were made to be hard, 70.0 % are right. Where it is wrong, it is 95.0 % sure on average.",
    );
    assert.match(say(runFindings({ ...figures, graded: graded([5, 5], 0.9) })), /is not above the 50\.0 %/);
    assert.match(
      say(runFindings({ ...figures, graded: graded([0, 0], 0.9) })),
      /Not one sentence of validation is wrong/,
    );
  });
});

describe("what is in a dataset", () => {
  const feature = new ClassLabel({ names: ["no", "yes"] });
  const split = (labels: number[]) =>
    Dataset.fromDict({ text: labels.map(String), label: labels }).castColumn("label", feature);

  it("says what costs nothing, and what is hidden", () => {
    const datasets = new DatasetDict({
      train: split([0, 1]),
      validation: split([0, 0, 1, 1]),
      test: split([-1, -1]),
    });
    const said = say(balanceFindings(labelBalance(datasets)));
    assert.match(said, /most frequent label of validation is "no", with 50\.0 %/);
    assert.match(said, /about equally frequent/);
    assert.match(said, /The labels of test are hidden/);
  });

  it("warns of classes out of balance", () => {
    const said = say(balanceFindings(labelBalance(new DatasetDict({ validation: split([1, 1, 1, 0]) }))));
    assert.match(said, /"yes", with 75\.0 %.*not equally frequent/);
    assert.doesNotMatch(said, /hidden/);
  });
});

describe("who is ahead of whom", () => {
  const kinds = [...new Array<string>(30).fill("plain"), ...new Array<string>(30).fill("negation"), "irony"];
  const first = (count: number, offset = 0) => kinds.map((_, row) => row >= offset && row < offset + count);

  it("counts by kind, and over all", () => {
    const shares = sharesByKind(["a", "b", "a"], { model: [true, false, false] });
    assert.deepEqual(shares, [
      { kind: "a", sentences: 2, model: 0.5 },
      { kind: "b", sentences: 1, model: 0 },
      { kind: "all", sentences: 3, model: 1 / 3 },
    ]);
  });

  it("names the largest and the smallest gain, and what is too few", () => {
    const shares = sharesByKind(kinds, { words: first(30), model: first(60) });
    const said = say(challengeFindings(shares, { model: "model", rival: "words" }));
    assert.match(said, /Over all, model is 49\.2 points ahead of words/);
    assert.match(
      said,
      /gains most on negation \(100\.0 % against 0\.0 %\), and least on plain \(100\.0 % against 100\.0 %\)/,
    );
    assert.match(said, /Too few to tell anything: irony \(1\)/);
  });

  it("does not call a model ahead that is not", () => {
    const shares = sharesByKind(kinds, { words: first(60), model: first(20) });
    const said = say(challengeFindings(shares, { model: "model", rival: "words" }));
    assert.match(said, /model is not ahead of words/);
    assert.match(said, /ahead on no kind/);
  });

  it("tells runs apart where their intervals allow it", () => {
    const runs = [
      { name: "a", accuracy: 0.5 },
      { name: "b", accuracy: 0.84 },
      { name: "c", accuracy: 0.82 },
    ];
    assert.equal(
      say(runsFindings(runs, { rows: 450 })),
      'The best run was "b", with 84.0 % of 450 sentences right. Its interval overlaps with those of "c": from one run each, these ' +
        'cannot be told apart. Behind it beyond doubt: "a".',
    );
    assert.throws(() => runsFindings([], { rows: 1 }), ConfigError);
  });
});

describe("states before and after", () => {
  it("counts the vectors that lie with their own label, themselves left out", () => {
    const apart = [
      [0, 0],
      [1, 0],
      [9, 0],
      [10, 0],
    ];
    assert.equal(nearestMeanAccuracy(apart, [0, 0, 1, 1]), 1);
    assert.equal(nearestMeanAccuracy(apart, [0, 1, 0, 1]), 0);
    // The only one of its label has no mean to lie near to.
    assert.equal(nearestMeanAccuracy(apart, [0, 0, 0, 1]), 0.5);
    assert.match(
      say(stateFindings({ before: [[0], [5], [1], [6]], after: apart, labels: [0, 0, 1, 1] })),
      /0\.0 % of the sentences .* and 100\.0 % after it: training has pulled the labels apart/,
    );
    assert.throws(() => nearestMeanAccuracy([], []), ConfigError);
  });
});

describe("prose", () => {
  it("is a paragraph without markup of the data, and lines in a terminal", () => {
    const forms = prose(["A label is called <b>.", "It does no harm."]).toMimeBundle();
    assert.match(forms["text/html"] ?? "", /^<p [^>]*>A label is called &lt;b&gt;\. It does no harm\.<\/p>$/);
    assert.equal(forms["text/plain"], "A label is called <b>. It does no harm.");
  });
});
