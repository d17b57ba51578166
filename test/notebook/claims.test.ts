import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type ExecutedNotebook, executeNotebook } from "./executed-notebook";
import { ROOT } from "./the-notebook";

/*
 * No sentence of an executed notebook may be contradicted by what it printed beside it: each is worked out once more here, from the
 * tables, on several datasets and seeds.
 */

const SST2 = path.resolve(ROOT, "../shared/data/sst2");
const built = existsSync(path.join(ROOT, "lib/dist/index.js"));
const folder = mkdtempSync(path.join(tmpdir(), "claims-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Questions of three kinds, not equally frequent, a few with the wrong label. */
function questions(): string {
  const parts = {
    delivery: ["Where is my parcel?", "The box never came to", "Is there a tracking number for"],
    refund: ["I want my money back for", "Please cancel the order of"],
    praise: ["Many thanks for"],
  };
  const things = [
    "the lamp",
    "two chairs",
    "my phone",
    "a blue coat",
    "this kettle",
    "the shoes",
    "a book",
    "our tent",
  ];
  const rows = Object.entries(parts).flatMap(([label, openings]) =>
    openings.flatMap((opening) =>
      things.flatMap((thing) =>
        ["", " today", " again", " at last"].map((end) => `${opening} ${thing}${end}.,${label}`),
      ),
    ),
  );
  const file = path.join(folder, "questions.csv");
  writeFileSync(file, ["text,label", ...rows, "Thanks a lot,refund", "Where is it now,praise"].join("\n"));
  return file;
}

const RUNS: { title: string; parameters: () => NodeJS.ProcessEnv; skip?: string | false }[] = [
  {
    title: "the embedded reviews, one epoch and a bit, seed 1",
    parameters: () => ({ SEED: "1", MAX_STEPS: "360" }),
  },
  {
    title: "questions of three kinds from a CSV file, seed 2",
    parameters: () => ({ SEED: "2", DATASET: questions() }),
  },
  {
    title: "SST-2, fifty steps, seed 3",
    parameters: () => ({ SEED: "3", DATASET: SST2, MAX_STEPS: "50" }),
    skip: !existsSync(SST2) && `${SST2} is not here`,
  },
  {
    title: "the embedded reviews from scratch, which learns nothing in so few steps, seed 4",
    parameters: () => ({ SEED: "4", CHECKPOINT: "scratch", MAX_STEPS: "12" }),
  },
];

for (const { title, parameters, skip } of RUNS) {
  describe(`what the notebook says of ${title}`, { skip: built ? skip : "run `npm run build` first" }, () => {
    let run: ExecutedNotebook;
    before(async () => {
      run = await executeNotebook(parameters());
      assert.equal(run.message, "");
    });
    after(() => run.dispose());

    /** Epoch, training loss, validation loss and accuracy of each evaluation. */
    const epochs = () =>
      [...run.shown("step-7-train").matchAll(/^ *([\d.]+) +([\d.]+|No log) +([\d.]+) +([\d.]+)$/gm)].map(
        ([, epoch, , loss, accuracy]) => ({ epoch: epoch!, loss: Number(loss), accuracy: Number(accuracy) }),
      );
    /** Rows of the confusion matrix: counts by prediction. */
    const confusion = () =>
      [...run.shown("step-8-validation").matchAll(/^(\S+)((?: +[\d,]+ \([\d.]+ %\))+)$/gm)].map(
        ([, label, cells]) => ({
          label: label!,
          counts: [...cells!.matchAll(/([\d,]+) \(/g)].map(([, count]) => Number(count!.replace(",", ""))),
        }),
      );
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    const accuracy = () => {
      const rows = confusion();
      return (
        (100 * sum(rows.map(({ counts }, at) => counts[at]!))) / sum(rows.flatMap(({ counts }) => counts))
      );
    };
    const near = (found: number, stated: unknown, tolerance = 0.06) =>
      assert.ok(Math.abs(found - Number(stated)) <= tolerance, `${found}, but ${String(stated)} is stated`);

    it("the baseline is that of the table", () => {
      const [header, , ...rows] = run.shown("step-2-balance").split("\n").slice(1);
      const names = header!.trim().split(/ +/).slice(2, -1);
      const validation = rows.find((row) => row.startsWith("validation"))!;
      const counts = validation
        .split(/ {2,}/)
        .slice(2, -1)
        .map((count) => Number(count.replace(",", "")));
      const most = Math.max(...counts);
      const [, label, share] = /most frequent label of validation is "(.+?)", with ([\d.]+) %/.exec(
        run.said("step-2-balance"),
      )!;
      assert.equal(counts[names.indexOf(label!)], most);
      near((100 * most) / sum(counts), share);
      const isBalanced = most / sum(counts) - 1 / names.length < 0.05;
      assert.equal(/about equally frequent/.test(run.said("step-2-balance")), isBalanced);
      assert.equal(/are not equally frequent/.test(run.said("step-2-balance")), !isBalanced);
      const hidden = rows.filter((row) => {
        const cells = row.split(/ {2,}/);
        return cells.length === names.length + 3 && cells[1] === cells.at(-1) && cells[1] !== "0";
      });
      const told = [...run.said("step-2-balance").matchAll(/The labels of (\S+) are hidden/g)].map(
        ([, name]) => name,
      );
      assert.deepEqual(
        told,
        hidden.map((row) => row.split(/ +/)[0]),
      );
    });

    it("the lengths, and the share of padding, are those of the batch", () => {
      const said = run.said("step-5-collator");
      const lengths = /lengths before: ([\d ]+?) shortest/.exec(said)![1]!.split(" ").map(Number);
      const cells = lengths.length * Math.max(...lengths);
      const [, share, all] = /([\d.]+) % of ([\d,]+) cells are padding/.exec(run.said("step-5-padding"))!;
      assert.equal(Number(all!.replace(",", "")), cells);
      near((100 * (cells - sum(lengths))) / cells, share);
      assert.ok(
        run
          .said("step-5-padding")
          .includes(`${sum(lengths)} tokens in ${Math.ceil(sum(lengths) / Math.max(...lengths))} rows`),
      );
    });

    it("the best epoch, and whether it was put back, follow from the table", () => {
      const all = epochs();
      assert.ok(all.length > 0);
      const best = all.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
      const said = run.said("step-7-curves");
      if (best === all.at(-1)) assert.match(said, /The best epoch was the last .*nothing had to be put back/);
      else
        assert.match(
          said,
          new RegExp(`The best epoch was ${best.epoch}, .*its checkpoint has been put back`),
        );
      near(100 * best.accuracy, /with ([\d.]+) % right on validation/.exec(said)![1], 0.11);
      if (all.length === 1) return assert.match(said, /One evaluation tells no direction/);
      const lowest = all.reduce((a, b) => (b.loss < a.loss ? b : a));
      if (lowest === all.at(-1)) assert.match(said, /lowest at the end: no sign of overfitting/);
      else {
        assert.match(said, new RegExp(`lowest after epoch ${lowest.epoch} `));
        assert.equal(
          /rose all the same/.test(said),
          /overfitting/.test(said) && all.at(-1)!.accuracy > lowest.accuracy,
        );
      }
    });

    it("the training loss went where the sentence says", () => {
      const match = /training loss (fell|rose) from ([\d.]+) to ([\d.]+)\./.exec(run.said("step-7-curves"));
      assert.ok(match);
      assert.equal(Number(match[3]) < Number(match[2]), match[1] === "fell");
    });

    it("what predictions come to is what the matrix counts", () => {
      const said = run.said("step-8-validation");
      const rows = confusion();
      const [, right, all, share] = /([\d,]+) of ([\d,]+) are right \(([\d.]+) %\)/.exec(said)!;
      assert.equal(Number(right!.replace(",", "")), sum(rows.map(({ counts }, at) => counts[at]!)));
      assert.equal(Number(all!.replace(",", "")), sum(rows.flatMap(({ counts }) => counts)));
      near(accuracy(), share);
      const recalls = rows
        .filter(({ counts }) => sum(counts) > 0)
        .map(({ label, counts }) => ({
          label,
          recall: counts[rows.findIndex((row) => row.label === label)]! / sum(counts),
        }));
      const [least] = recalls.sort((a, b) => a.recall - b.recall);
      const named = /"(.+?)" is recognised least often/.exec(said)?.[1];
      if (named === undefined) assert.match(said, /Every label is recognised equally often/);
      else assert.equal(recalls.find(({ label }) => label === named)?.recall, least!.recall);
      const [, sure, truth] = /([\d.]+) % sure on average, ([\d.]+) % right/.exec(said)!;
      const gap = Number(sure) - Number(truth);
      const verdict =
        Math.abs(gap) < 2 ? /as sure as it is right/ : gap > 0 ? /surer than it is right/ : /less sure than/;
      if (Math.abs(Math.abs(gap) - 2) > 0.1) assert.match(said, verdict);
      assert.equal(/ECE ([\d.]+) %/.exec(said)![1], /ECE ([\d.]+) %/.exec(run.said("step-8-confidence"))![1]);
    });

    it("training has pulled the labels apart where the figures say so", () => {
      const [, was, is, verdict] =
        /([\d.]+) % of the sentences .* ([\d.]+) % after it: training has (not )?pulled/.exec(
          run.said("step-8-states"),
        )!;
      assert.equal(verdict === undefined, Number(is) > Number(was));
    });

    it("who is ahead on the challenge set follows from the table", () => {
      const said = run.said("step-8-challenge");
      if (/about sentiment, not this task/.test(said))
        return assert.equal(run.shown("step-8-comparison"), "");
      const rows = [
        ...run.shown("step-8-comparison").matchAll(/^(\S+) +(\d+) +([\d.]+) % +([\d.]+) %/gm),
      ].map(([, kind, sentences, words, model]) => ({
        kind: kind!,
        sentences: Number(sentences),
        lead: Number(model) - Number(words),
      }));
      const all = rows.find(({ kind }) => kind === "all")!;
      const ahead = /this model is ([\d.]+) points ahead of bag of words/.exec(said);
      assert.equal(ahead !== null, all.lead > 0);
      if (ahead) near(all.lead, ahead[1], 0.11);
      const kinds = rows.filter(({ kind, sentences }) => kind !== "all" && sentences >= 30);
      const gains = /It gains most on (\S+) .*, and least on (\S+) \(/.exec(said);
      if (!gains) return assert.ok(kinds.every(({ lead }) => lead <= 0.05));
      const leads = kinds.map(({ lead }) => lead);
      near(kinds.find(({ kind }) => kind === gains[1])!.lead, Math.max(...leads), 0.11);
      near(kinds.find(({ kind }) => kind === gains[2])!.lead, Math.min(...leads), 0.11);
    });

    it("the summary repeats the figures above it", () => {
      const said = run.said("step-10-summary");
      const [, stated, baseline] =
        /validation accuracy +([\d.]+) % \(the larger class alone: ([\d.]+) %\)/.exec(said)!;
      near(accuracy(), stated, 0.11);
      assert.equal(baseline, /with ([\d.]+) %: saying/.exec(run.said("step-2-balance"))![1]);
      if (Number(stated) > Number(baseline)) {
        const [, points] = /([\d.]+) points above it\./.exec(said)!;
        near(Number(stated) - Number(baseline), points, 0.11);
      } else assert.match(said, /is not above the/);
    });
  });
}
