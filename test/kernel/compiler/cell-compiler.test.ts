import assert from "node:assert/strict";
import { test } from "node:test";
import { CellCompiler, CellCompileError } from "../../../notebook/src/kernel/compiler/cell-compiler";

let cells = 0;
const compiler = new CellCompiler(__dirname);
/** The JavaScript of a cell that ran to its end, or to a statement. */
function compiled(code: string, reached?: number): string {
  const { javascript } = compiler.compile(code, `__cell_${++cells}`);
  compiler.commit(reached);
  return javascript;
}

test("variables live in the notebook, functions keep their names, and progress is noted", () => {
  assert.equal(
    compiled("const f = () => 1;\nlet n = f();"),
    "__scopes[0].f = ({ f: () => 1 }).f;\n__run.reached = 0;\n__scopes[0].n = (0, __scopes[0].f)();\n__run.reached = 1;\n",
  );
});

test("a loop that only computes keeps its variables in locals, any other one does not", () => {
  compiled("let sum = 0; const list = [1, 2]; const call = (x: number) => x");
  const inLocals = (code: string) => /\bsum_\d+ = __scopes\[0\]\.sum[;,]/.test(compiled(code));
  assert.ok(inLocals("for (let i = 0; i < 9; i++) sum += i"));
  assert.ok(inLocals("for (let i = 0; i < list.length; i++) { if (list[i] > 1) sum += list[i] }"));
  assert.ok(!inLocals("for (let i = 0; i < 9; i++) sum += call(i)"));
  assert.ok(inLocals("for (const x of list) sum += x"));
  assert.ok(!inLocals("for (const x of new Set(list)) sum += x"));
  assert.ok(!inLocals("for (const key in list) sum += list[key]"));
  assert.ok(!inLocals("for (let i = 0; i < 9; i++) sum += await i"));
  assert.ok(!inLocals("for (let i = 0; i < 9; i++) { const get = () => sum; sum += i }"));
  assert.ok(!inLocals("for (const o: any = { valueOf: () => 1 }; sum < 3; ) sum += o"));
});

test("every loop and await of a cell can be stopped", () => {
  const code = compiled(
    "while (true) { do {} while (await f()) }\nconst g = async () => { for (const x of []) await x }",
  );
  assert.equal(code.match(/__stop\[__flag\[0\]\]\.x;/g)?.length, 3);
  assert.equal(code.match(/__resume\(await /g)?.length, 2);
});

test("only what a failing cell came to is known afterwards", () => {
  compiled("const one = 1;\nconst two = 2;", 0);
  assert.equal(compiled("one"), "return [__scopes[0].one];\n");
  assert.throws(
    () => compiled("two"),
    (error: Error) => {
      assert.ok(error instanceof CellCompileError);
      assert.match(error.message, /Cannot find name 'two'/);
      return true;
    },
  );
});

test("more names than one object holds fast go into the next", () => {
  compiled(Array.from({ length: 150 }, (_, i) => `let v${i} = ${i}`).join("\n"));
  assert.equal(compiled("v149"), "return [__scopes[1].v149];\n");
});

test("types of packages that need a current TypeScript are known, not any", () => {
  assert.throws(() =>
    compiled("const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(new SharedArrayBuffer(1));"),
  );
  compiled("const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1);");
});

test("a hundred cells that refer to each other in turn stay quick and right", () => {
  compiled("let left = 1; let right = 2");
  for (let i = 0; i < 100; i++) {
    compiled("const odd = right + 1");
    compiled("let right = odd * 1");
  }
  assert.throws(() => compiled("right = 'text'"), /not assignable to type 'number'/);
});

test("export is allowed at the top of a cell and says nothing there", () => {
  const code = compiled(
    "export function shown() { return 1 }\nexport class Shown {}\nexport enum Kind { A }\nexport const value = 2;",
  );
  assert.doesNotMatch(code, /export/);
  assert.match(code, /function shown\(\) \{ return 1; \}/);
  assert.equal(
    compiled("[shown(), Shown, Kind.A, value]"),
    "return [[(0, __scopes[1].shown)(), __scopes[1].Shown, __scopes[1].Kind.A, __scopes[1].value]];\n",
  );
});
