import { statSync } from "node:fs";
import { dirname } from "node:path";
import ts from "typescript";

/** A file that exists only here: a cell, or a module that a cell defines. */
interface VirtualFile {
  text: string;
  version: number;
}

const SOURCE = /\.[cm]?[jt]sx?$/;

/** A file that people edit while the notebook is open; packages and declarations are taken to stay as they are. */
export const isLocalSource = (file: string) =>
  SOURCE.test(file) && !/\.d\.[cm]?ts$/.test(file) && !/[\\/]node_modules[\\/]/.test(file);

/**
 * What TypeScript's language service sees of the world: the files on disk, and the cells beside the notebook.
 *
 * A package that is not found from the notebook's folder is looked for from this package's folder, so that a
 * notebook anywhere on the machine imports `finetune-ts` and whatever it brings.
 */
export class NotebookHost implements ts.LanguageServiceHost {
  private readonly files = new Map<string, VirtualFile>();
  private roots: readonly string[] = [];
  /** What was found of packages on disk; they stay as they are, and a program of a thousand files asks much. */
  private readonly disk = new DiskCache();
  private modules: ts.ModuleResolutionCache;
  private types: ts.TypeReferenceDirectiveResolutionCache;

  constructor(
    private readonly folder: string,
    private readonly options: ts.CompilerOptions,
  ) {
    [this.modules, this.types] = this.createCaches();
  }

  private createCaches(): [ts.ModuleResolutionCache, ts.TypeReferenceDirectiveResolutionCache] {
    const name = (file: string) => (this.useCaseSensitiveFileNames() ? file : file.toLowerCase());
    return [
      ts.createModuleResolutionCache(this.folder, name, this.options),
      ts.createTypeReferenceDirectiveResolutionCache(this.folder, name, this.options),
    ];
  }

  /** Looks at the disk anew: a package that was not there may have been installed since. */
  private forgetDisk(): void {
    this.disk.clear();
    [this.modules, this.types] = this.createCaches();
  }

  /** Sets the text of a virtual file. */
  write(file: string, text: string): void {
    const version = (this.files.get(file)?.version ?? 0) + 1;
    if (this.files.get(file)?.text !== text) this.files.set(file, { text, version });
  }

  remove(file: string): void {
    this.files.delete(file);
  }

  has(file: string): boolean {
    return this.files.has(file);
  }

  /** Chooses the files that the program starts from. */
  setRoots(roots: readonly string[]): void {
    this.roots = roots;
  }

  getCompilationSettings = () => this.options;
  getCurrentDirectory = () => this.folder;
  getDefaultLibFileName = (options: ts.CompilerOptions) => ts.getDefaultLibFilePath(options);
  getScriptFileNames = () => [...this.roots];
  useCaseSensitiveFileNames = () => ts.sys.useCaseSensitiveFileNames;

  getScriptVersion = (file: string): string => {
    const own = this.files.get(file);
    if (own) return String(own.version);
    return isLocalSource(file) ? fileVersion(file) : "1";
  };

  getScriptSnapshot = (file: string): ts.IScriptSnapshot | undefined => {
    const text = this.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  };

  fileExists = (file: string): boolean => this.files.has(file) || this.disk.fileExists(file);
  readFile = (file: string): string | undefined => this.files.get(file)?.text ?? this.disk.readFile(file);
  directoryExists = (folder: string) => this.disk.directoryExists(folder);
  getDirectories = (folder: string) => ts.sys.getDirectories(folder);
  readDirectory: ts.LanguageServiceHost["readDirectory"] = (...args) => ts.sys.readDirectory(...args);
  realpath = (path: string) => (this.files.has(path) ? path : this.disk.realpath(path));

  resolveModuleNameLiterals: NonNullable<ts.LanguageServiceHost["resolveModuleNameLiterals"]> = (
    literals,
    containingFile,
  ) => literals.map(({ text }) => this.resolve(text, containingFile));

  resolveTypeReferenceDirectiveReferences: NonNullable<
    ts.LanguageServiceHost["resolveTypeReferenceDirectiveReferences"]
  > = (references, containingFile, redirected, options, containing) =>
    references.map((reference) => {
      const name = typeof reference === "string" ? reference : reference.fileName;
      const mode = typeof reference === "string" ? containing?.impliedNodeFormat : reference.resolutionMode;
      return ts.resolveTypeReferenceDirective(
        name,
        containingFile,
        options,
        this,
        redirected,
        this.types,
        mode,
      );
    });

  private resolve(name: string, from: string): ts.ResolvedModuleWithFailedLookupLocations {
    const local = isLocalSource(from);
    // Files beside the notebook come and go; packages do not.
    const cached = !name.startsWith(".") || !local;
    const look = (file: string) =>
      ts.resolveModuleName(name, file, this.options, this, cached ? this.modules : undefined);
    const found = look(from);
    if (found.resolvedModule || !local || name.startsWith(".")) return found;
    const brought = look(`${dirname(__filename)}/cell.ts`);
    if (brought.resolvedModule) return brought;
    this.forgetDisk();
    return look(from);
  }
}

const isPackage = (path: string) => path.includes("/node_modules/");

/** File system look-ups inside packages, remembered. */
class DiskCache {
  private readonly answers = new Map<string, unknown>();

  private remember<T>(key: string, path: string, ask: () => T): T {
    if (!isPackage(path)) return ask();
    if (this.answers.has(key)) return this.answers.get(key) as T;
    const answer = ask();
    this.answers.set(key, answer);
    return answer;
  }

  clear(): void {
    this.answers.clear();
  }

  fileExists = (path: string) => this.remember(`f${path}`, path, () => ts.sys.fileExists(path));
  directoryExists = (path: string) => this.remember(`d${path}`, path, () => ts.sys.directoryExists(path));
  realpath = (path: string) => this.remember(`r${path}`, path, () => ts.sys.realpath?.(path) ?? path);

  /** Small files that are read again and again are package.json files; sources are kept by the compiler. */
  readFile = (path: string): string | undefined =>
    path.endsWith("package.json")
      ? this.remember(`c${path}`, path, () => ts.sys.readFile(path))
      : ts.sys.readFile(path);
}

/** Changes whenever the file does. */
export function fileVersion(file: string): string {
  try {
    const { mtimeMs, size } = statSync(file);
    return `${mtimeMs}:${size}`;
  } catch {
    return "";
  }
}
