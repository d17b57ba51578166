import path from "node:path";
import { describe, test } from "node:test";
import { Random } from "../checkpoints/support";
import { askPython, pythonWith } from "../python";
import { assertCutsAs, type Answer } from "./tokenizer-answers";
import { KINDS, textOf, tokenizerJson, vocabularyOf } from "./tokenizer-kinds";

const TEXTS = 2000;
const { python, skip } = pythonWith("tokenizers");

describe(`${TEXTS} texts, cut as the Rust library cuts them`, { skip }, () => {
  const random = new Random(5);
  const texts = ["", " ", ...Array.from({ length: TEXTS - 2 }, () => textOf(random))];
  const vocabulary = vocabularyOf(texts);
  const names = Object.keys(KINDS);
  const contents = names.map((name) => tokenizerJson(name, vocabulary));
  const script = path.join(__dirname, "encode_with_rust.py");
  let asked: Answer[][] | undefined;
  const answers = () =>
    (asked ??= askPython(python, script, [], { tokenizers: contents, texts }) as Answer[][]);

  for (const [kind, name] of names.entries()) {
    test(name, () => assertCutsAs(contents[kind], texts, answers()[kind]!));
  }
});
