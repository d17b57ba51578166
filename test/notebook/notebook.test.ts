import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";

import ts from "typescript-5.0";

import { NOTEBOOKS, type NotebookCell, readNotebookFile, ROOT } from "./the-notebook";

it("there is no notebook but those that are checked here", () => {
  const files = readdirSync(path.join(ROOT, "notebooks")).filter((name) => name.endsWith(".ipynb"));
  assert.deepEqual(files.sort(), NOTEBOOKS.map((file) => path.basename(file)).sort());
});

/** Longer cells are not read; longer lines are cut on a page. */
const MOST_LINES = 20;
const LONGEST_LINE = 96;

const codeOf = (file: string) => readNotebookFile(file).cells.filter((cell) => cell.cell_type === "code");

for (const file of NOTEBOOKS)
  describe(`the file ${path.basename(file)}`, () => {
    const notebook = readNotebookFile(file);
    const code = codeOf(file);

    it("is nbformat 4.5 with ids that are unique and stable", () => {
      assert.deepEqual([notebook.nbformat, notebook.nbformat_minor], [4, 5]);
      const ids = notebook.cells.map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      for (const id of ids) assert.match(id, /^[a-z0-9-]{1,64}$/);
      // The name under which `finetune install-kernel` installs our kernel.
      assert.equal(notebook.metadata.kernelspec?.name, "finetune-ts");
    });

    it("is checked in without outputs", () => {
      for (const { id, outputs, execution_count } of code) {
        assert.deepEqual(outputs, [], id);
        assert.equal(execution_count, null, id);
      }
    });

    it("is written as Jupyter writes it, so that saving changes only what was changed", () => {
      const text = readFileSync(file, "utf8");
      assert.equal(text, `${JSON.stringify(JSON.parse(text), null, 1)}\n`);
      for (const { id, source } of notebook.cells) {
        source.forEach((line, at) =>
          assert.equal(line.endsWith("\n"), at < source.length - 1, `${id}, line ${at + 1}`),
        );
      }
    });

    it("has text before every cell of code, and cells that are short", () => {
      for (const { id, source } of code) {
        assert.ok(source.length <= MOST_LINES, `${id} has ${source.length} lines`);
        for (const line of source) assert.ok(line.trimEnd().length <= LONGEST_LINE, `${id}: ${line}`);
      }
      notebook.cells.forEach((cell, at) => {
        if (cell.cell_type === "code") assert.equal(notebook.cells[at - 1]?.cell_type, "markdown", cell.id);
      });
    });

    it("imports nothing but the library, dataframes and Node.js", () => {
      const imports = code.flatMap(({ source }) =>
        [...source.join("").matchAll(/from "([^"]+)"/g)].map((m) => m[1]),
      );
      const others = imports.filter(
        (name) => !["danfojs-node", "finetune-ts", "finetune-ts-notebook", "node:fs"].includes(name ?? ""),
      );
      assert.deepEqual(others, []);
    });
  });

it("the main notebook walks through ten steps", () => {
  const headings = readNotebookFile()
    .cells.filter((cell) => cell.cell_type === "markdown")
    .flatMap(({ source }) => source.flatMap((line) => /^## Step (\d+) · \S/.exec(line)?.[1] ?? []));
  assert.deepEqual(headings.map(Number), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

const built = existsSync(path.join(ROOT, "lib/dist/index.d.ts"));

/** All cells as one module, under the compiler and the options that tslab uses. */
function compile(code: readonly NotebookCell[]): { program: ts.Program; source: ts.SourceFile } {
  const file = path.join(ROOT, "notebooks/__cells__.ts");
  const text = ["export {};", ...code.map(({ id, source }) => `// cell ${id}\n${source.join("")}`)].join(
    "\n",
  );
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts"],
    esModuleInterop: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    noEmit: true,
  };
  const files = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...files,
    getCurrentDirectory: () => ROOT,
    fileExists: (name) => name === file || files.fileExists(name),
    readFile: (name) => (name === file ? text : files.readFile(name)),
    getSourceFile: (name, target, ...rest) =>
      name === file ? ts.createSourceFile(name, text, target) : files.getSourceFile(name, target, ...rest),
  };
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  assert.ok(source);
  return { program, source };
}

for (const notebook of NOTEBOOKS)
  describe(
    `the code of ${path.basename(notebook)}, as tslab's TypeScript 5.0 sees it`,
    { skip: !built && "run `npm run build` first" },
    () => {
      it("type-checks", () => {
        const { program, source } = compile(codeOf(notebook));
        const problems = ts.getPreEmitDiagnostics(program, source).map(({ messageText, start = 0 }) => {
          const { line } = source.getLineAndCharacterOfPosition(start);
          return `${source.text.split("\n")[line]}\n  ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
        });
        assert.deepEqual(problems, []);
      });

      it("has no variable whose type is lost", () => {
        const { program, source } = compile(codeOf(notebook));
        const checker = program.getTypeChecker();
        const lost: string[] = [];
        const visit = (node: ts.Node): void => {
          const declares =
            ts.isVariableDeclaration(node) ||
            ts.isParameter(node) ||
            ts.isImportSpecifier(node) ||
            ts.isBindingElement(node);
          // A name for a type has no type of its own.
          const symbol = declares ? checker.getSymbolAtLocation(node.name) : undefined;
          const target =
            symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
          const isValue = target === undefined || (target.flags & ts.SymbolFlags.Value) !== 0;
          if (declares && isValue && checker.getTypeAtLocation(node.name).flags & ts.TypeFlags.Any) {
            lost.push(node.getText(source));
          }
          ts.forEachChild(node, visit);
        };
        visit(source);
        assert.deepEqual(lost, []);
      });
    },
  );
