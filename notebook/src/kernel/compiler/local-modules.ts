import { isAbsolute } from "node:path";
import ts from "typescript";
import { interruptibleFile } from "./interruptible";
import { fileVersion, isLocalSource, type NotebookHost } from "./notebook-host";

/** A TypeScript file beside the notebook, as a CommonJS module. */
export interface LocalModule {
  file: string;
  javascript: string;
  /** A source map, as JSON. */
  map: string;
  /** What its author wrote. */
  source: string;
}

/** Files that Node.js loads as they are. */
const NATIVE = /\.[cm]js$/;

/** Compiles the notebook's own `.ts` files, and tells which have changed since they were last asked for. */
export class LocalModules {
  private readonly delivered = new Map<string, string>();

  constructor(
    private readonly host: NotebookHost,
    private readonly options: ts.CompilerOptions,
  ) {}

  /** The local files that a file imports, and those that they import, in no particular order. */
  importedBy(file: string): Set<string> {
    const found = new Set<string>();
    const follow = (from: string): void => {
      const { importedFiles } = ts.preProcessFile(this.host.readFile(from) ?? "", true, true);
      for (const { fileName: specifier } of importedFiles) {
        if (!specifier.startsWith(".") && !isAbsolute(specifier)) continue;
        const { resolvedModule } = ts.resolveModuleName(specifier, from, this.options, this.host);
        const target = resolvedModule?.resolvedFileName;
        if (target === undefined || found.has(target) || !isLocalSource(target) || NATIVE.test(target))
          continue;
        found.add(target);
        follow(target);
      }
    };
    follow(file);
    return found;
  }

  /**
   * Compiled modules: of `files`, and of those that were delivered before, all that are new or have changed. Each
   * is delivered once.
   */
  changed(files: Iterable<string>): LocalModule[] {
    const modules: LocalModule[] = [];
    for (const file of new Set([...files, ...this.delivered.keys()])) {
      const version = this.host.has(file) ? `virtual:${this.host.getScriptVersion(file)}` : fileVersion(file);
      if (this.delivered.get(file) === version) continue;
      const text = this.host.readFile(file);
      this.delivered.set(file, version);
      if (text !== undefined) modules.push(this.compile(file, text));
    }
    return modules;
  }

  private compile(file: string, text: string): LocalModule {
    const { outputText, sourceMapText = "" } = ts.transpileModule(text, {
      fileName: file,
      compilerOptions: { ...this.options, module: ts.ModuleKind.CommonJS, outDir: undefined },
      transformers: { before: [interruptibleFile] },
    });
    return { file, javascript: withoutMapComment(outputText), map: sourceMapText, source: text };
  }
}

/** The map travels beside the code. */
export const withoutMapComment = (javascript: string) =>
  javascript.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
