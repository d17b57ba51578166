import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = path.resolve(__dirname, "..");
const DOORS = ["lib/src/index.ts", "notebook/src/index.ts"].map((file) => path.join(ROOT, file));

const OPTIONS: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  moduleResolution: ts.ModuleResolutionKind.Node10,
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2022.d.ts"],
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  // The notebook's package on the sources of the library.
  baseUrl: ROOT,
  paths: { "finetune-ts": ["lib/src/index.ts"], "finetune-ts/internal": ["lib/src/internal.ts"] },
};

interface Example {
  name: string;
  file: string;
  code: string;
}

const isValue = ({ flags }: ts.Symbol) =>
  (flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class | ts.SymbolFlags.Variable)) !== 0;

/** What both packages export as values, and the examples in the docstrings of these and of their methods. */
function publicValues(): { names: string[]; without: string[]; examples: Example[] } {
  const program = ts.createProgram(DOORS, OPTIONS);
  const checker = program.getTypeChecker();
  const exports = DOORS.flatMap((door) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(door)!)!),
  );
  const names: string[] = [];
  const without: string[] = [];
  const examples: Example[] = [];
  const examplesOf = (symbol: ts.Symbol, name: string): number => {
    const tags = symbol.getJsDocTags(checker).filter((tag) => tag.name === "example");
    const file = path.relative(ROOT, symbol.declarations?.[0]?.getSourceFile().fileName ?? "");
    for (const { text } of tags) examples.push({ name, file, code: ts.displayPartsToString(text) });
    return tags.length;
  };
  for (const exported of exports) {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (!isValue(symbol)) continue;
    names.push(exported.name);
    if (examplesOf(symbol, exported.name) === 0) without.push(exported.name);
    symbol.members?.forEach((member) => examplesOf(member, `${exported.name}.${member.name}`));
  }
  return { names, without, examples };
}

/** What examples take as given. */
const GIVEN = `
declare const rawDatasets: finetune.DatasetDict<finetune.SentenceRow>;
declare const tokenizedDatasets: finetune.DatasetDict<finetune.SentenceRow & { input_ids: number[] }>;
declare const tokenized: typeof tokenizedDatasets;
declare const dataset: finetune.Dataset<{ text: string; label: number }>;
declare const trainDataset: finetune.TrainerDataset;
declare const evalDataset: finetune.TrainerDataset;
declare const tokenizer: finetune.PreTrainedTokenizer;
declare const model: finetune.BertForSequenceClassification;
declare const newModel: () => Promise<finetune.BertForSequenceClassification>;
declare const args: finetune.TrainingArguments;
declare const student: finetune.BertForSequenceClassification;
declare const teacher: finetune.BertForSequenceClassification;
declare const trainer: finetune.Trainer<finetune.BertForSequenceClassification>;
declare const metric: finetune.Metric;
declare const graded: finetune.GradedPrediction[];
declare const classify: finetune.TextClassificationPipeline;
declare const texts: string[];
declare const labels: number[];
`;

const { names, without, examples } = publicValues();

test("every public function and class has an example in its docstring", () => {
  assert.ok(names.length > 100, `${names.length} names`);
  assert.deepEqual(without, []);
});

test("every example compiles", () => {
  const file = path.join(ROOT, "test", "__examples__.ts");
  const bodies = examples.map(({ name, file: source, code }) => {
    const indented = code.replace(/^```\w*\n|\n```$/g, "");
    return `// ${name} in ${source}\nexport async function _${examples.findIndex((each) => each.code === code)}_${name.replace(/\W/g, "_")}() {\n${indented}\n}`;
  });
  const text = [
    `import * as finetune from "../lib/src";`,
    `import * as notebook from "../notebook/src";`,
    `const { ${names.join(", ")} } = { ...finetune, ...notebook };`,
    GIVEN,
    ...bodies,
  ].join("\n");
  const files = ts.createCompilerHost(OPTIONS);
  const host: ts.CompilerHost = {
    ...files,
    fileExists: (name) => name === file || files.fileExists(name),
    readFile: (name) => (name === file ? text : files.readFile(name)),
    getSourceFile: (name, target, ...rest) =>
      name === file ? ts.createSourceFile(name, text, target) : files.getSourceFile(name, target, ...rest),
  };
  const program = ts.createProgram([file], OPTIONS, host);
  const source = program.getSourceFile(file)!;
  const problems = ts.getPreEmitDiagnostics(program, source).map(({ messageText, start = 0 }) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    const above = source.text.slice(0, start).lastIndexOf("\n// ");
    const [of = ""] = source.text.slice(above + 1).split("\n");
    return `${of}: ${source.text.split("\n")[line]!.trim()}\n  ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  assert.deepEqual(problems, []);
});
