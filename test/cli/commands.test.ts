import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { BertConfig } from "../../lib/src/models/bert/configuration";
import { BertForSequenceClassification } from "../../lib/src/models/bert/for-sequence-classification";
import { BertTokenizer } from "../../lib/src/tokenizers/bert-tokenizer";
import { startEngine } from "../engine";
import { TINY } from "../models/tiny-bert";

const ROOT = path.resolve(__dirname, "../..");
const MAIN = `require(${JSON.stringify(path.join(ROOT, "lib/src/cli/main.ts"))})
  .main(process.argv.slice(1)).then((code) => (process.exitCode = code))`;

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

const folder = mkdtempSync(path.join(tmpdir(), "finetune-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const inFolder = (...parts: string[]) => path.join(folder, ...parts);

/** Runs the command in a process of its own. */
function finetune(
  args: string[],
  onOutput: (out: string, kill: (signal: NodeJS.Signals) => void) => void = () => {},
) {
  const env = {
    ...process.env,
    TSX_TSCONFIG_PATH: path.join(ROOT, "tsconfig.json"),
    FINETUNE_ENGINE: "wasm",
  };
  const child = spawn(
    process.execPath,
    ["--import", path.join(ROOT, "node_modules/tsx/dist/loader.mjs"), "-e", MAIN, "--", ...args],
    { cwd: folder, env, timeout: 180_000, killSignal: "SIGKILL" },
  );
  let [out, err] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
    onOutput(out, (signal) => child.kill(signal));
  });
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  return new Promise<Outcome>((done) => child.once("close", (code) => done({ code, out, err })));
}

const json = ({ out }: Outcome) => JSON.parse(out) as Record<string, unknown>;

const WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "very", "film", ",", ".", "a"];

before(async () => {
  await startEngine("wasm");
  const config = new BertConfig({
    ...TINY,
    initializerRange: 0.3,
    hiddenDropoutProb: 0,
    id2label: { 0: "no", 1: "yes" },
  });
  await new BertForSequenceClassification(config, 5).initializeWeights().savePretrained(inFolder("model"));
  await BertTokenizer.fromVocab(WORDS).savePretrained(inFolder("model"));
  const rows = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? `a good film,yes` : `a bad film,no`));
  writeFileSync(inFolder("data.csv"), `text,label\n${rows.join("\n")}\n`);
});

describe("finetune train and evaluate", () => {
  test("fine-tune on a CSV file, save everything, and say how it went as JSON", async () => {
    const args = [
      "train",
      "--dataset",
      "data.csv",
      "--model",
      "model",
      "--output",
      "trained",
      "--epochs",
      "12",
    ];
    const outcome = await finetune([
      ...args,
      "--learning-rate",
      "0.005",
      "--set",
      "loggingSteps=5",
      "--json",
    ]);
    assert.equal(outcome.code, 0, outcome.err);
    const { labels, steps, accuracy } = json(outcome);
    assert.deepEqual(labels, ["no", "yes"]);
    assert.ok((steps as number) > 10 && accuracy === 1, outcome.out);
    for (const file of [
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "README.md",
      "trainer_state.json",
    ]) {
      assert.ok(existsSync(inFolder("trained", file)), file);
    }
    assert.match(outcome.err, /texts: "text", labels: "label"/);
    const evaluated = await finetune([
      "evaluate",
      "trained",
      "--dataset",
      "data.csv",
      "--split",
      "train",
      "--json",
    ]);
    const { rows, accuracy: again, confusion_matrix: matrix } = json(evaluated);
    assert.deepEqual([rows, again], [54, 1]);
    assert.equal((matrix as number[][])[0]![1], 0);
    const plain = await finetune(["evaluate", "trained", "--dataset", "data.csv"]);
    assert.match(plain.out, /accuracy +1\nf1_macro +1\n/);
  });

  test("take a configuration file, over which the command line goes", async () => {
    writeFileSync(
      inFolder("run.json"),
      JSON.stringify({
        dataset: "data.csv",
        model: "model",
        output: "elsewhere",
        training: {
          maxSteps: 50,
          perDeviceTrainBatchSize: 4,
          evalStrategy: "no",
          saveStrategy: "no",
          loadBestModelAtEnd: false,
        },
      }),
    );
    const outcome = await finetune([
      "train",
      "run.json",
      "--output",
      "from-config",
      "--max-steps",
      "3",
      "--json",
    ]);
    assert.equal(outcome.code, 0, outcome.err);
    assert.equal(json(outcome).steps, 3);
    assert.ok(existsSync(inFolder("from-config/model.safetensors")) && !existsSync(inFolder("elsewhere")));
  });

  test("labels are matched by their names, or told that they are not", async () => {
    const evaluate = async (labels: string[]) => {
      writeFileSync(
        inFolder("e.csv"),
        `text,label\n${labels.map((label) => `a good film,${label}`).join("\n")}\n`,
      );
      return await finetune(["evaluate", "model", "--dataset", "e.csv", "--split", "train", "--json"]);
    };
    const part = await evaluate([...Array<string>(20).fill("yes"), ...Array<string>(20).fill("maybe")]);
    assert.deepEqual(
      [part.code, /does not know: maybe\. It knows no, yes/.test(part.err)],
      [1, true],
      part.err,
    );
    const other = await evaluate([...Array<string>(20).fill("bad"), ...Array<string>(20).fill("fine")]);
    assert.match(other.err, /labels by their order: bad, fine for the model's no, yes/);
    assert.equal(other.code, 0);
  });

  const wrong: [string, string[], number, RegExp][] = [
    ["no dataset", ["train", "--output", "x"], 2, /which dataset/],
    ["no output", ["train", "--dataset", "data.csv"], 2, /where to/],
    ["an option that there is not", ["train", "--lerning-rate", "1"], 2, /lerning-rate/],
    [
      "no number",
      ["train", "--dataset", "d", "--output", "x", "--epochs", "many"],
      2,
      /--epochs is a number/,
    ],
    [
      "an argument that there is not",
      ["train", "--dataset", "d", "--output", "x", "--set", "epochs=1"],
      1,
      /no argument 'epochs'/,
    ],
    ["no such data", ["train", "--dataset", "./no.csv", "--output", "x"], 1, /no\.csv/],
    ["a value of another kind", ["train", "kind.json"], 1, /kind\.json: dataset is a text, not 5/],
    ["a key that there is not", ["train", "wrong.json"], 1, /wrong\.json.*'epochs'/],
    ["no such split", ["evaluate", "model", "--dataset", "data.csv", "--split", "dev"], 1, /no split "dev"/],
    ["no model", ["evaluate"], 2, /which model/],
  ];
  for (const [what, args, code, message] of wrong) {
    test(`tell what is wrong: ${what}`, async () => {
      writeFileSync(inFolder("kind.json"), '{ "dataset": 5, "output": "x" }');
      writeFileSync(inFolder("wrong.json"), '{ "dataset": "data.csv", "output": "x", "epochs": 3 }');
      const outcome = await finetune(args);
      assert.equal(outcome.code, code, outcome.err);
      assert.match(outcome.err, message);
      assert.equal(outcome.out, "");
      assert.ok(!existsSync(inFolder("x")));
    });
  }
});

describe("finetune predict", () => {
  const predict = (file: string, ...args: string[]) =>
    finetune(["predict", file, "--model", "model", ...args]);

  test("adds columns to a CSV file, whatever its cells hold", async () => {
    writeFileSync(inFolder("in.csv"), '\ufeffid,text\n1,"good, ""very"" good"\n2,"two\nlines"\n\n3,\n');
    const { code, out, err } = await predict("in.csv");
    assert.equal(code, 0, err);
    assert.match(
      out,
      /^id,text,prediction,prediction_score\n1,"good, ""very"" good",(yes|no),0\.\d+\n2,"two\nlines",(yes|no),0\.\d+\n3,,(yes|no),0\.\d+\n$/,
    );
  });

  test("keeps objects as they were written, and takes lines and tabs", async () => {
    writeFileSync(inFolder("in.jsonl"), '{"text": "good", "n": 12345678901234567890}\n\n{ "text":"bad" }\n');
    const objects = await predict("in.jsonl", "--as", "mood");
    assert.match(
      objects.out,
      /^\{"text": "good", "n": 12345678901234567890, "mood":"(yes|no)","mood_score":0\.\d+\}\n\{"text":"bad", "mood"/,
    );
    writeFileSync(inFolder("in.txt"), "good\r\nbad\n");
    assert.match(
      (await predict("in.txt")).out,
      /^\{"text":"good","prediction".*\n\{"text":"bad","prediction".*\n$/,
    );
    writeFileSync(inFolder("in.tsv"), "a\tb\n1\tgood\n");
    assert.match(
      (await predict("in.tsv", "--text-column", "b")).out,
      /^a\tb\tprediction\tprediction_score\n1\tgood\t/,
    );
  });

  test("writes a file under its name when it is whole", async () => {
    writeFileSync(inFolder("some.txt"), "good\n".repeat(300));
    const outcome = await predict("some.txt", "--output", "deep/out.jsonl", "--json");
    assert.deepEqual(json(outcome).rows, 300);
    assert.equal(readFileSync(inFolder("deep/out.jsonl"), "utf8").trim().split("\n").length, 300);
    assert.ok(!existsSync(inFolder("deep/out.jsonl.partial")));
  });

  const wrong: [string, string, string, string[], RegExp][] = [
    ["a row of another width", "w.csv", "id,text\n1,good\n2\n", [], /w\.csv, line 3/],
    ["a quote that is not closed", "q.csv", 'text\n"good\n', [], /q\.csv, line \d+.*[Qq]uote/],
    ["an empty file", "e.csv", "", [], /e\.csv is empty/],
    ["no JSON", "j.jsonl", '{"text":"good"}\nnothing\n', [], /j\.jsonl, line 2/],
    [
      "no text in a row",
      "n.jsonl",
      '{"text":"good"}\n{"text":3}\n',
      [],
      /n\.jsonl, line 2: there is no text under "text"/,
    ],
    [
      "no such column",
      "c.csv",
      "id,text\n1,good\n",
      ["--text-column", "words"],
      /no column "words"\. Columns: id, text/,
    ],
    [
      "a column that is taken",
      "t.csv",
      "prediction,text\n1,good\n",
      [],
      /has a column "prediction" already; --as NAME/,
    ],
    ["columns of which none is known", "k.csv", "x,y\n1,good\n", [], /cannot be told.*--text-column/],
    ["a file of another kind", "a.xlsx", "x", [], /what is it\?.*\.csv/],
  ];
  for (const [what, file, content, args, message] of wrong) {
    test(`tells what is wrong and where: ${what}`, async () => {
      writeFileSync(inFolder(file), content);
      const { code, err } = await predict(file, "--output", "never.csv", ...args);
      assert.equal(code, 1, err);
      assert.match(err, message);
      assert.ok(!existsSync(inFolder("never.csv")));
    });
  }

  test("ends in silence where its reader goes away", () => {
    const loader = path.join(ROOT, "node_modules/tsx/dist/loader.mjs");
    const command = `"${process.execPath}" --import "${loader}" -e '${MAIN}' -- predict many.txt --model model | head -n 2`;
    writeFileSync(inFolder("many.txt"), "good very bad film\n".repeat(50_000));
    const env = {
      ...process.env,
      TSX_TSCONFIG_PATH: path.join(ROOT, "tsconfig.json"),
      FINETUNE_ENGINE: "wasm",
    };
    const options = { cwd: folder, env, encoding: "utf8", timeout: 60_000 } as const;
    const { status, stdout, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", command], options);
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trim().split("\n").length, 2);
    assert.doesNotMatch(stderr, /EPIPE| at /);
  });

  test("an interrupt ends it after whole rows", async () => {
    let isStopped = false;
    writeFileSync(inFolder("long.txt"), "good very bad film\n".repeat(400_000));
    const { code, err, out } = await finetune(
      ["predict", "long.txt", "--model", "model"],
      (printed, kill) => {
        // Once: a second one would end it at once.
        if (printed.length > 1000 && !isStopped) kill("SIGINT");
        isStopped ||= printed.length > 1000;
      },
    );
    assert.equal(code, 130, err);
    const [, rows] = /Stopped after (\d+) rows/.exec(err)!;
    assert.equal(out.trim().split("\n").length, Number(rows));
    assert.ok(Number(rows) < 400_000);
  });
});

describe("finetune serve", () => {
  test("serves until a signal, and answers what has been asked", async () => {
    let asked: Promise<Response[]> | undefined;
    const { code, out, err } = await finetune(
      ["serve", "model", "--port", "0", "--json"],
      (printed, kill) => {
        if (asked || !printed.includes("\n")) return;
        const { address } = JSON.parse(printed) as { address: string };
        const ask = (text: string) =>
          fetch(`${address}/classify`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ text }),
          });
        asked = Promise.all(["good", "bad"].map(ask));
        void asked.then(() => kill("SIGTERM"));
      },
    );
    assert.equal(code, 0, err);
    assert.deepEqual(
      (await asked!).map(({ status }) => status),
      [200, 200],
    );
    assert.equal((JSON.parse(out) as { model: string }).model, "model");
    assert.match(err, /Ending/);
  });

  test("tells what is wrong", async () => {
    const { code, err } = await finetune(["serve", "model", "--port", "high"]);
    assert.deepEqual([code, /--port is a whole number/.test(err)], [2, true]);
  });
});

describe("finetune export and page", () => {
  test("write their files and say so", async () => {
    const outcome = await finetune(["export", "model", "--output", "onnx", "--quantize", "int8", "--json"]);
    assert.deepEqual(json(outcome).files, ["onnx/onnx/model.onnx", "onnx/onnx/model_quantized.onnx"]);
    assert.equal((await finetune(["export", "model", "--output", "x", "--quantize", "int4"])).code, 2);
    const page = await finetune(["page", "model", "--title", "Good?", "--example", "a good film"]);
    assert.match(page.out, /wrote model\/page\/index\.html/);
    const html = readFileSync(inFolder("model/page/index.html"), "utf8");
    assert.match(html, /<h1>Good\?<\/h1>.*a good film/s);
    assert.equal((await finetune(["page", "bert-tiny-reviews"])).code, 2);
    const other = await finetune(["page", "elsewhere", "--model", "model", "--json"]);
    assert.equal(json(other).page, "elsewhere/index.html");
    assert.equal((await finetune(["page", "a", "--model", "model", "--output", "b"])).code, 2);
  });
});
