import path from "node:path";
import { describe, test } from "node:test";
import { Random } from "../checkpoints/support";
import { askPython, pythonWith } from "../python";
import { MODEL_FIXTURES } from "./model-fixtures";
import { assertCutsAs, type Answer } from "./tokenizer-answers";
import { KINDS, textOf, tokenizerJson, vocabularyOf } from "./tokenizer-kinds";

const TEXTS = 2000;
const { python, skip } = pythonWith("tokenizers");

describe(`${TEXTS} texts, cut as the Rust library cuts them`, { skip }, () => {
  const random = new Random(5);
  const texts = ["", " ", ...Array.from({ length: TEXTS - 2 }, () => textOf(random))];
  const vocabulary = vocabularyOf(texts);
  const contents = [
    ...Object.keys(KINDS).map((name) => tokenizerJson(name, vocabulary)),
    ...MODEL_FIXTURES.values(),
  ];
  const names = [...Object.keys(KINDS), ...Array.from(MODEL_FIXTURES.keys(), (name) => `model of ${name}`)];
  const script = path.join(__dirname, "encode_with_rust.py");
  let asked: Answer[][] | undefined;
  const answers = () =>
    (asked ??= askPython(python, script, [], { tokenizers: contents, texts }) as Answer[][]);

  for (const [kind, name] of names.entries()) {
    test(name, () => assertCutsAs(contents[kind], texts, answers()[kind]!));
  }
});
