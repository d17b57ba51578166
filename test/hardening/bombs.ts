import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { constants, deflateRawSync, gzipSync } from "node:zlib";

/** A small file, or some in a folder, that would take much time or memory of a reader who believes it. */
export interface Bomb {
  /** How it is opened. */
  kind: "dataset" | "saved" | "safetensors" | "weights" | "object" | "model" | "adapter" | "tokenizer";
  /** By their names; one alone is opened itself, several by their folder. */
  files: () => Record<string, string | Uint8Array>;
}

const MB = 2 ** 20;
const dataset = (name: string, content: () => string | Uint8Array): Bomb => ({
  kind: "dataset",
  files: () => ({ [name]: content() }),
});

function safetensors(header: string, data = 0): Buffer {
  const json = Buffer.from(header);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([head, json, Buffer.alloc(data)]);
}

const WEIGHT = '{"bert.pooler.dense.bias":{"dtype":"F32","shape":[8],"data_offsets":[0,32]}}';
const CONFIG = {
  model_type: "bert",
  vocab_size: 30,
  hidden_size: 8,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 16,
  max_position_embeddings: 16,
};
const model = (config: Record<string, unknown>): Bomb => ({
  kind: "model",
  files: () => ({
    "config.json": JSON.stringify({ ...CONFIG, ...config }),
    "model.safetensors": safetensors(WEIGHT, 32),
  }),
});

const weights = (content: () => Buffer): Bomb => ({
  kind: "weights",
  files: () => ({ "config.json": "{}", "pytorch_model.bin": content() }),
});
const pickle = (content: () => Buffer) =>
  weights(() => {
    const pickled = Buffer.concat([content(), Buffer.from(".")]);
    return zipOf("stored", pickled, pickled.length);
  });

const WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"];
const tokenizer = (change: () => Record<string, unknown>, options: Record<string, unknown> = {}): Bomb => ({
  kind: "tokenizer",
  files: () => ({
    "tokenizer.json": JSON.stringify({
      version: "1.0",
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: null,
      model: {
        type: "WordPiece",
        unk_token: "[UNK]",
        continuing_subword_prefix: "##",
        max_input_chars_per_word: 100,
        vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
        ...options,
      },
      ...change(),
    }),
    "tokenizer_config.json": "{}",
  }),
});

const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);

const FIXTURES = path.join(__dirname, "../fixtures/hardening");
/** By the columns that they hold. */
const COLUMNAR = readdirSync(FIXTURES).filter((file) => /\.(parquet|arrow)(\.gz)?$/.test(file));

export const BOMBS: Record<string, Bomb> = {
  ...Object.fromEntries(
    COLUMNAR.map((file) => [file, dataset(file, () => readFileSync(path.join(FIXTURES, file)))]),
  ),
  "CSV of 100,000 columns and five million line ends": dataset(
    "x.csv",
    () => `${"a,".repeat(99_999).replace(/a/g, () => "c")}z\n`.replace(/c/g, "") + "\n".repeat(5e6),
  ),
  "CSV of many columns, all different, and many short rows": dataset("x.csv", () => {
    const header = Array.from({ length: 50_000 }, (_, i) => `c${i}`).join(",");
    return `${header}\n${"1\n".repeat(2_000_000)}`;
  }),
  "CSV of one quoted field": dataset("x.csv", () => `a\n"${"x".repeat(9 * MB)}`),
  "CSV of doubled quotes": dataset("x.csv", () => `a\n"${'""'.repeat(4 * MB)}"`),
  "CSV of one line of commas": dataset("x.csv", () => ",".repeat(9 * MB)),
  "CSV of numbers without end": dataset("x.csv", () => `a\n${"9".repeat(9 * MB)}`),
  "gzipped CSV of zeros": dataset("x.csv.gz", () => repeated(gzipSync(Buffer.alloc(15 * MB, "0\n")), 100)),
  "gzipped JSON of nothing": dataset("x.jsonl.gz", () =>
    repeated(gzipSync(Buffer.alloc(15 * MB, "{}\n")), 100),
  ),
  "JSON nested in arrays": dataset("x.json", () => nested("[", "]", 4 * MB)),
  "JSON nested in objects": dataset("x.jsonl", () =>
    `${nested('{"a":', "}", MB).replace("{}", "{}")}`.replace('{"a":}', '{"a":1}'),
  ),
  "a cell of JSON that is nested": dataset("x.jsonl", () => `{"a":${nested("[", "]", 2 * MB)}}\n`),
  "JSON Lines with a new column in every line": dataset("x.jsonl", () =>
    Array.from({ length: 500_000 }, (_, i) => `{"c${i}":1}`).join("\n"),
  ),
  "JSON with a new field in every object": dataset("x.jsonl", () =>
    Array.from({ length: 400_000 }, (_, i) => `{"a":{"c${i}":1}}`).join("\n"),
  ),
  "JSON of a number without end": dataset("x.json", () => `[{"a":${"1".repeat(9 * MB)}}]`),
  "JSON of digits and dots": dataset("x.json", () => `[{"a":"${"1.0".repeat(3 * MB)}`),
  "JSON of backslashes": dataset("x.json", () => `[{"a":1.0,"b":"${"\\".repeat(8 * MB)}`),
  "JSON Lines of one object over many lines": dataset("x.jsonl", () => `{\n${'"a":1,\n'.repeat(MB)}"b":2\n}`),
  "a card of brackets": {
    kind: "dataset",
    files: () => ({ "README.md": `---\na: ${"[".repeat(MB / 2)}\n---\n`, "a.csv": "x\n1\n" }),
  },
  "a card with a pattern that matches in many ways": {
    kind: "dataset",
    files: () => ({
      "README.md": `---\nconfigs:\n- data_files: "${"*a".repeat(2000)}*.csv"\n---\n`,
      ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${"a".repeat(200)}${i}.csv`, "x\n1\n"])),
    }),
  },
  "features that are nested": {
    kind: "saved",
    files: () => ({
      "state.json": '{"_data_files":[{"filename":"data.arrow"}]}',
      "dataset_info.json": `{"features":{"a":${'{"_type":"List","feature":'.repeat(200_000)}{}${"}".repeat(200_000)}}}`,
      "data.arrow": "",
    }),
  },
  "safetensors of many tensors": {
    kind: "safetensors",
    files: () => ({
      "x.safetensors": safetensors(
        `{${Array.from({ length: 150_000 }, (_, i) => `"t${i}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}`).join(",")}}`,
      ),
    }),
  },
  "safetensors of a nested header": {
    kind: "safetensors",
    files: () => ({ "x.safetensors": safetensors(`{"a":${"[".repeat(9 * MB)}`) }),
  },
  "safetensors of one long shape": {
    kind: "safetensors",
    files: () => ({
      "x.safetensors": safetensors(
        `{"a":{"dtype":"F32","shape":[${"0,".repeat(4 * MB)}0],"data_offsets":[0,0]}}`,
      ),
    }),
  },
  "safetensors of one long number": {
    kind: "safetensors",
    files: () => ({ "x.safetensors": safetensors(`{"a":{"dtype":"F32","shape":[${"1".repeat(9 * MB)}]}}`) }),
  },
  "a config of a billion layers": model({ num_hidden_layers: 1e9 }),
  "a config of a hundred thousand layers": model({ num_hidden_layers: 1e5 }),
  "a config of a billion labels": model({ num_labels: 1e9, id2label: undefined }),
  "a config of many names of labels": model({
    id2label: Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [i, `L${i}`])),
  }),
  "a config of a vocabulary that no weights hold": model({ vocab_size: 2e9 }),
  "a config of sizes beyond all numbers": model({ hidden_size: 2 ** 40, num_attention_heads: 2 }),
  "a config that is nested": {
    kind: "model",
    files: () => ({
      "config.json": `{"a":${"[".repeat(5 * MB)}`,
      "model.safetensors": safetensors(WEIGHT, 32),
    }),
  },
  "a tokenizer of many added tokens": tokenizer(() => ({
    added_tokens: Array.from({ length: 60_000 }, (_, i) => ({
      id: 5 + i,
      content: `a${i}`,
      special: true,
      normalized: false,
    })),
  })),
  "a tokenizer of half a million special tokens": {
    kind: "tokenizer",
    files: () => ({
      "vocab.txt": WORDS.join("\n"),
      "tokenizer_config.json": JSON.stringify({
        additional_special_tokens: Array.from({ length: 500_000 }, (_, i) => `<t${i}>`),
      }),
    }),
  },
  "a tokenizer of added tokens that begin alike": tokenizer(() => ({
    added_tokens: Array.from({ length: 3000 }, (_, i) => {
      return { id: 5 + i, content: `${"a".repeat(i + 1)}b`, special: true, normalized: false };
    }),
  })),
  "a tokenizer of words without end": tokenizer(() => ({}), { max_input_chars_per_word: 1e9 }),
  "a vocabulary of two million words": {
    kind: "tokenizer",
    files: () => ({
      "vocab.txt": [...WORDS, ...Array.from({ length: 1_900_000 }, (_, i) => i.toString(36))].join("\n"),
      "tokenizer_config.json": "{}",
    }),
  },
  "a vocabulary of ids beyond all numbers": tokenizer(() => ({}), {
    vocab: { ...Object.fromEntries(WORDS.map((word, id) => [word, id])), b: 2 ** 52 },
  }),
  "an adapter of a billion columns": {
    kind: "adapter",
    files: () => ({
      "adapter_config.json": JSON.stringify({ peft_type: "LORA", r: 1e9, target_modules: ["query"] }),
      "adapter_model.safetensors": safetensors(
        '{"base_model.model.bert.encoder.layer.0.attention.self.query.lora_A.weight":{"dtype":"F32","shape":[2,8],"data_offsets":[0,64]}}',
        64,
      ),
    }),
  },
  "a tokenizer that is nested": tokenizer(() => {
    let part: unknown = { type: "NFC" };
    for (let i = 0; i < 1500; i++) part = { type: "Sequence", normalizers: [part] };
    return { normalizer: part };
  }),
  "JSON of a million columns in one row": dataset("x.jsonl", () => {
    return `{${Array.from({ length: 700_000 }, (_, i) => `"c${i}":1`).join(",")}}`;
  }),
  "JSON of a new field in every element": dataset("x.jsonl", () => {
    return `{"a":[${Array.from({ length: 600_000 }, (_, i) => `{"c${i}":1}`).join(",")}]}`;
  }),
  "JSON of closed strings that need care": dataset(
    "x.json",
    () => `[{"a":"${"1.0".repeat(3 * MB)}","b":1.0}]`,
  ),
  "CSV of fractions": dataset("x.csv.gz", () => repeated(gzipSync(Buffer.alloc(6 * MB, "0.5\n")), 10)),
  "gzipped JSON of small rows": dataset("x.jsonl.gz", () =>
    repeated(gzipSync(Buffer.alloc(6 * MB, '{"a":1}\n')), 10),
  ),
  "a tokenizer of replacements that grow": tokenizer(() => ({
    normalizer: {
      type: "Sequence",
      normalizers: Array.from({ length: 40 }, () => ({
        type: "Replace",
        pattern: { String: "a" },
        content: "aa",
      })),
    },
  })),
  "a tokenizer of a long regular expression": tokenizer(() => ({
    pre_tokenizer: {
      type: "Split",
      pattern: { Regex: `${"(?:a?".repeat(300)}${")".repeat(300)}b` },
      behavior: "Isolated",
      invert: false,
    },
  })),
  "a tokenizer of repetitions of repetitions": tokenizer(() => ({
    pre_tokenizer: {
      type: "Split",
      pattern: { Regex: "(?:(?:(?:a{900}){900}){900}){900}" },
      behavior: "Isolated",
      invert: false,
    },
  })),
  "a zip that unfolds": weights(() => zipOf("deflated", deflatedZeros(1500), 1500 * MB)),
  "a zip that unfolds within its budget": weights(() => zipOf("deflated", deflatedZeros(250), 250 * MB)),
  "a pickle of marks": pickle(() => Buffer.alloc(9 * MB, "(")),
  "a pickle of empty lists": pickle(() => Buffer.alloc(9 * MB, "]")),
  "a pickle of tuples in tuples": pickle(() => Buffer.concat([Buffer.from("N"), Buffer.alloc(9 * MB, 0x85)])),
  "a pickle that says one value again and again": pickle(() => {
    return Buffer.concat([Buffer.from("Nq\0"), Buffer.alloc(8 * MB, "h\0")]);
  }),
  "an optimizer of a list that holds another twice, and so on": {
    kind: "object",
    files: () => {
      // ]: a list; a: append; h: the value that was remembered under a number by q.
      const levels = Array.from({ length: 60 }, (_, i) => [0x5d, 0x68, i, 0x61, 0x68, i, 0x61, 0x71, i + 1]);
      const pickled = Buffer.from([0x80, 2, 0x4b, 1, 0x71, 0, ...levels.flat(), 0x2e]);
      return { "optimizer.pt": zipOf("stored", pickled, pickled.length) };
    },
  },
  "an optimizer of a list in a list in a list": {
    kind: "object",
    files: () => {
      const depth = MB;
      const pickled = Buffer.concat([
        Buffer.alloc(depth, "]"),
        Buffer.alloc(depth - 1, "a"),
        Buffer.from("."),
      ]);
      return { "optimizer.pt": zipOf("stored", pickled, pickled.length) };
    },
  },
  "a tensor that repeats one element": weights(() => {
    // A tensor of 2^34 elements with stride 0 over a storage of one.
    const text = (value: string) => Buffer.concat([Buffer.from([0x8c, value.length]), Buffer.from(value)]);
    const name = (module: string, function_: string) => Buffer.from(`c${module}\n${function_}\n`);
    const long = (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(value);
      return Buffer.concat([Buffer.from([0x8a, 8]), bytes]);
    };
    const pickled = Buffer.concat([
      Buffer.from("}"),
      text("bert.pooler.dense.bias"),
      name("torch._utils", "_rebuild_tensor_v2"),
      Buffer.concat([
        Buffer.from("(("),
        text("storage"),
        name("torch", "FloatStorage"),
        text("0"),
        text("cpu"),
      ]),
      Buffer.concat([Buffer.from("K\x01tQK\0"), long(2n ** 34n), Buffer.from("\x85K\0\x85", "latin1")]),
      Buffer.concat([Buffer.from([0x89]), Buffer.from("}tRs.")]),
    ]);
    return zipOf("stored", pickled, pickled.length, { "archive/data/0": Buffer.alloc(4) });
  }),
};

const repeated = (piece: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => piece));

/** Zeros, deflated: each megabyte is a run of whole blocks, which may stand behind one another. */
function deflatedZeros(megabytes: number): Buffer {
  const blocks = deflateRawSync(Buffer.alloc(MB), { finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([repeated(blocks, megabytes), deflateRawSync(Buffer.alloc(0))]);
}

/** A zip archive of `archive/data.pkl`, as it is or deflated, and of other files as they are. */
function zipOf(
  method: "stored" | "deflated",
  content: Buffer,
  size: number,
  others: Record<string, Buffer> = {},
): Buffer {
  const files = [
    { name: "archive/data.pkl", code: method === "stored" ? 0 : 8, content, size },
    ...Object.entries(others).map(([name, other]) => ({ name, code: 0, content: other, size: other.length })),
  ];
  const [locals, centrals]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const file of files) {
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(file.code, 8);
    local.writeUInt32LE(file.content.length, 18);
    local.writeUInt32LE(file.size, 22);
    local.writeUInt16LE(file.name.length, 26);
    locals.push(local, Buffer.from(file.name), file.content);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(file.code, 10);
    central.writeUInt32LE(file.content.length, 20);
    central.writeUInt32LE(file.size, 24);
    central.writeUInt16LE(file.name.length, 28);
    central.writeUInt32LE(at, 42);
    centrals.push(central, Buffer.from(file.name));
    at += local.length + file.name.length + file.content.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, directory, end]);
}
