import { join } from "node:path";
import ts from "typescript";
import { cellTransformer, type CellNeeds } from "./cell-transform";
import { cellCompilerOptions } from "./compiler-options";
import {
  exportedNames,
  identifiersOf,
  topLevelDeclarations,
  type Declaration,
  type DeclarationKind,
} from "./declarations";
import { describeDiagnostic, type CellDiagnostic } from "./diagnostics";
import { LocalModules, withoutMapComment, type LocalModule } from "./local-modules";
import { NotebookHost } from "./notebook-host";
import { NotebookNames } from "./notebook-names";

/** A cell that can run. */
export interface CompiledCell {
  /** The name under which the cell's code stands in stack traces. */
  file: string;
  /** The body of an async function; its surroundings are named in {@link RUNTIME}. */
  javascript: string;
  /** A source map, as JSON. */
  map: string;
  /** What the cell's author wrote. */
  source: string;
  /** How many scope objects its variables are kept in. */
  scopes: number;
  /** Modules to load before it starts. */
  imports: string[];
  /** Local modules that have changed since the cell before. */
  modules: LocalModule[];
}

/** A cell that TypeScript refuses. */
export class CellCompileError extends Error {
  override readonly name = "CompileError";

  constructor(readonly diagnostics: readonly CellDiagnostic[]) {
    super(diagnostics[0]?.message);
  }
}

/** A name that later cells can use. */
interface Known {
  kind: DeclarationKind;
  /** The cell that declared it last. */
  file: string;
}

interface CellFile {
  /** Cells whose declarations this one refers to. */
  uses: Set<string>;
}

interface Pending {
  file: string;
  declarations: Map<string, Declaration>;
}

/** Objects with more properties than this are kept as hash tables, which are several times slower. */
const NAMES_PER_SCOPE = 100;

/** A cell that defines a module, as tslab has it: `@module name` in the comment at its head */
const MODULE_CELL = /^\s*\/\*\*(?:(?!\*\/)[^])*?@module\s+([\w$./-]+)/;

/**
 * Compiles cells one after the other, each with the names of those before it.
 *
 * Every cell is a module of its own beside the notebook. What it uses of earlier cells is declared behind its own
 * text, so positions need no correction:
 *
 * ```ts
 * total += count(words);                                  // the cell
 * export {};
 * import { count } from "./__cell_2";                     // a function, class, enum, type, import
 * declare let total: typeof import("./__cell_1").total;   // a variable, with its exact type
 * ```
 */
export class CellCompiler {
  private readonly options: ts.CompilerOptions;
  private readonly host: NotebookHost;
  private readonly service: ts.LanguageService;
  private readonly locals: LocalModules;
  private readonly known = new Map<string, Known>();
  private readonly cells = new Map<string, CellFile>();
  private readonly scopes = new Map<string, number>();
  private pending: Pending | undefined;

  /** @param folder where the notebook's imports start */
  constructor(private readonly folder: string) {
    this.options = cellCompilerOptions(folder);
    this.host = new NotebookHost(folder, this.options);
    this.service = ts.createLanguageService(this.host, ts.createDocumentRegistry());
    this.locals = new LocalModules(this.host, this.options);
  }

  /**
   * @param code a cell
   * @param name names the cell's file; must not have been used before
   * @throws {@link CellCompileError}
   */
  compile(code: string, name: string): CompiledCell {
    this.pending = undefined;
    const module = MODULE_CELL.exec(code)?.[1];
    if (module !== undefined) return this.defineModule(module, code);
    const file = join(this.folder, `${name}.ts`);
    const parsed = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
    const declarations = topLevelDeclarations(parsed.statements);
    const used = identifiersOf(parsed);
    const foreign = [...this.known].filter(([each]) => used.has(each) && !declarations.has(each));
    const own = exportedNames(parsed);
    this.host.write(
      file,
      code +
        footer(
          [...declarations.keys()].filter((each) => !own.has(each)),
          foreign,
        ),
    );
    this.setRoots(file);
    try {
      const locals = this.locals.importedBy(file);
      this.check(file, code, locals);
      const { javascript, map, imports } = this.emit(file, code.length);
      this.pending = { file, declarations };
      this.cells.set(file, { uses: new Set(foreign.map(([, known]) => known.file)) });
      const scopes = Math.ceil(this.scopes.size / NAMES_PER_SCOPE);
      return { file, javascript, map, source: code, scopes, imports, modules: this.locals.changed(locals) };
    } catch (error) {
      this.host.remove(file);
      throw error;
    }
  }

  /**
   * Makes known what the cell that was compiled last has declared.
   *
   * @param reached number of the last top-level statement that ran; -1 for none, all when left out
   */
  commit(reached = Infinity): void {
    if (!this.pending) return;
    const { file, declarations } = this.pending;
    this.pending = undefined;
    for (const [name, { kind, statement }] of declarations) {
      if (statement <= reached) this.known.set(name, { kind, file });
    }
    this.forgetUnused();
  }

  /** Runs `ask` on the language service, with a cell's text in place and every known name declared. */
  consult<T>(code: string, ask: (service: ts.LanguageService, file: string) => T): T {
    const file = join(this.folder, "__consulted.ts");
    const parsed = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true);
    const declarations = topLevelDeclarations(parsed.statements);
    this.host.write(
      file,
      code +
        footer(
          [],
          [...this.known].filter(([name]) => !declarations.has(name)),
        ),
    );
    this.setRoots(file);
    return ask(this.service, file);
  }

  /** Which of the scope objects keeps a name. */
  private scopeOf(name: string): number {
    let at = this.scopes.get(name);
    if (at === undefined) this.scopes.set(name, (at = this.scopes.size));
    return Math.floor(at / NAMES_PER_SCOPE);
  }

  private setRoots(file: string): void {
    this.host.setRoots([...this.cells.keys(), file]);
  }

  private defineModule(name: string, code: string): CompiledCell {
    const file = join(this.folder, /\.tsx?$/.test(name) ? name : `${name}.ts`);
    this.host.write(file, code);
    this.setRoots(file);
    this.check(file, code, this.locals.importedBy(file));
    return {
      file,
      javascript: "",
      map: "",
      source: code,
      scopes: 0,
      imports: [],
      modules: this.locals.changed([]),
    };
  }

  private check(file: string, code: string, locals: Iterable<string>): void {
    const syntax = this.service.getSyntacticDiagnostics(file);
    // What is left open at the cell's end swallows what stands behind it: ask about the cell alone.
    const report = syntax.length > 0 ? syntaxErrors(file, code) : this.semanticErrors(file, code.length);
    for (const local of locals) {
      report.push(
        ...this.service.getSyntacticDiagnostics(local),
        ...this.service.getSemanticDiagnostics(local),
      );
    }
    const errors = report.filter(({ category }) => category === ts.DiagnosticCategory.Error);
    if (errors.length === 0) return;
    throw new CellCompileError(errors.map((each) => describeDiagnostic(each, this.folder, file)));
  }

  private semanticErrors(file: string, length: number): ts.Diagnostic[] {
    return this.service.getSemanticDiagnostics(file).filter(({ start = 0 }) => start <= length);
  }

  private emit(file: string, length: number): { javascript: string; map: string; imports: string[] } {
    const program = this.service.getProgram();
    const source = program?.getSourceFile(file);
    if (!program || !source) throw new Error(`the compiler has lost ${file}`);
    const needs: CellNeeds = { imports: [] };
    const names = new NotebookNames(program.getTypeChecker(), source, length);
    const scopeOf = (name: string) => this.scopeOf(name);
    let javascript = "";
    let map = "";
    program.emit(
      source,
      (path, text) => {
        if (path.endsWith(".map")) map = text;
        else javascript = withoutMapComment(text);
      },
      undefined,
      false,
      { before: [cellTransformer({ names, length, scopeOf, needs })], after: [withoutExports] },
    );
    return { javascript, map, imports: needs.imports };
  }

  /** Drops the cells that no known name comes from, neither itself nor through the cells that it refers to. */
  private forgetUnused(): void {
    const kept = new Set<string>();
    const keep = (file: string): void => {
      if (kept.has(file)) return;
      kept.add(file);
      this.cells.get(file)?.uses.forEach(keep);
    };
    for (const { file } of this.known.values()) keep(file);
    for (const file of this.cells.keys()) {
      if (kept.has(file)) continue;
      this.cells.delete(file);
      this.host.remove(file);
    }
  }
}

/** What stands behind a cell's text: its own names for later cells, and what it uses of earlier ones. */
function footer(own: readonly string[], foreign: readonly (readonly [string, Known])[]): string {
  const lines = [`export { ${own.join(", ")} };`];
  for (const [name, { kind, file }] of foreign) {
    const module = `./${file.slice(file.lastIndexOf("/") + 1).replace(/\.ts$/, "")}`;
    if (kind === "symbol" || kind === "type") lines.push(`import { ${name} } from "${module}";`);
    else {
      const keyword = kind === "variable" ? "let" : "const";
      lines.push(`declare ${keyword} ${name}: typeof import("${module}").${name};`);
    }
  }
  return `\n${lines.join("\n")}\n`;
}

function syntaxErrors(file: string, code: string): ts.Diagnostic[] {
  const { diagnostics = [] } = ts.transpileModule(code, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return diagnostics;
}

/** Nothing of a module's syntax may be left: the code becomes a function's body. */
const withoutExports: ts.TransformerFactory<ts.SourceFile> = () => (file) =>
  ts.factory.updateSourceFile(
    file,
    file.statements.filter((statement) => !ts.isExportDeclaration(statement)),
  );
