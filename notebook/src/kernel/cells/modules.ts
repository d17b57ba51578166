import Module, { createRequire } from "node:module";
import { dirname, extname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Script, constants } from "node:vm";
import { RUNTIME } from "../compiler/interruptible";
import type { LocalModule } from "../compiler/local-modules";
import { registerCode } from "./code-registry";
import { flag, resume, stop } from "./interrupts";
import { showFromTslab } from "./outputs";

/** A module as cells see it, in the three ways in which one is imported. */
export interface ImportedModule {
  /** What `import { x }` looks into. */
  readonly module: Record<string, unknown>;
  readonly default: unknown;
  readonly namespace: unknown;
}

/** Where `import` looks for a file that is written without its ending, and with that of its compiled form. */
const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx"];

/** The package that a specifier names does not come as CommonJS. */
const ONLY_ESM = ["ERR_REQUIRE_ESM", "ERR_PACKAGE_PATH_NOT_EXPORTED", "ERR_REQUIRE_ASYNC_MODULE"];

type Importer = (specifier: string) => Promise<Record<string, unknown>>;

/** `import()` as if it stood in a file of that folder; from a path, Node.js would look from the kernel's own place. */
function importerOf(folder: string): Importer {
  const script = new Script("(specifier) => import(specifier)", {
    filename: join(folder, "cell.mjs"),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return script.runInThisContext() as Importer;
}

/** Loads what cells import: the notebook's own packages first, then those that the kernel's package brings. */
export class CellModules {
  readonly require: NodeJS.Require;
  private readonly own = createRequire(__filename);
  private readonly import: Importer;
  private readonly importOwn = importerOf(__dirname);
  private readonly sources = new Map<string, LocalModule>();
  private readonly loaded = new Map<string, { module: Module; users: Set<string> }>();

  /** @param folder where the notebook's imports start */
  constructor(private readonly folder: string) {
    this.import = importerOf(folder);
    this.require = this.requireFrom(folder);
  }

  /** Takes over new texts of local modules; they, and all that import them, are made anew when next imported. */
  update(modules: readonly LocalModule[]): void {
    for (const module of modules) {
      this.sources.set(module.file, module);
      this.forget(module.file);
    }
  }

  private forget(file: string): void {
    const entry = this.loaded.get(file);
    this.loaded.delete(file);
    entry?.users.forEach((user) => this.forget(user));
  }

  /** Loads a module as an `import` at the head of a cell does. */
  async load(specifier: string): Promise<ImportedModule> {
    const module = await this.find(specifier);
    return {
      module: module as Record<string, unknown>,
      default: defaultOf(module),
      // Made when it is asked for: few imports are.
      get namespace() {
        return namespaceOf(module);
      },
    };
  }

  /** `import()` */
  dynamicImport = async (specifier: unknown): Promise<unknown> =>
    namespaceOf(await this.find(String(specifier)));

  private async find(specifier: string): Promise<unknown> {
    const isPath = /^\.{0,2}\//.test(specifier);
    const target = isPath ? resolve(this.folder, specifier) : specifier;
    if (/\.mjs$/.test(target)) return this.import(isPath ? pathToFileURL(target).href : target);
    try {
      return this.require(specifier) as unknown;
    } catch (error) {
      if (!ONLY_ESM.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    }
    const url = isPath ? pathToFileURL(target).href : specifier;
    return this.import(url).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
      return this.importOwn(url);
    });
  }

  /** `require` for code in `folder`: local TypeScript, the notebook's packages, ours. */
  private requireFrom(folder: string, user?: string): NodeJS.Require {
    const native = createRequire(join(folder, "cell.js"));
    const load = (specifier: string): unknown => {
      if (specifier === "tslab") return this.tslab();
      const local = this.localFile(folder, specifier);
      if (local !== undefined) return this.local(local, user);
      try {
        const module = native(specifier) as unknown;
        // Which draws the library's progress and training in the cell.
        if (specifier === "finetune-ts") this.requireIfThere(load, "finetune-ts-notebook");
        return module;
      } catch (error) {
        // Only this very package is missing, not something that it needs itself.
        if (!isMissing(error, specifier)) throw error;
        try {
          return this.own(specifier) as unknown;
        } catch (again) {
          throw isMissing(again, specifier) ? error : again;
        }
      }
    };
    return Object.assign(load, native) as NodeJS.Require;
  }

  private requireIfThere(load: (specifier: string) => unknown, specifier: string): void {
    try {
      load(specifier);
    } catch (error) {
      if (!isMissing(error, specifier)) throw error;
    }
  }

  private localFile(folder: string, specifier: string): string | undefined {
    if (!/^\.{0,2}\//.test(specifier) && !/^\.{1,2}$/.test(specifier)) return undefined;
    const path = resolve(folder, specifier);
    const bare = /\.[cm]?jsx?$/.test(path) ? path.slice(0, -extname(path).length) : path;
    const candidates = [
      path,
      ...[bare, path, join(path, "index")].flatMap((each) => ENDINGS.map((end) => each + end)),
    ];
    return candidates.find((each) => this.sources.has(each));
  }

  private local(file: string, user: string | undefined): unknown {
    let entry = this.loaded.get(file);
    if (!entry) {
      entry = { module: new Module(file), users: new Set() };
      this.loaded.set(file, entry);
      try {
        this.run(file, entry.module);
      } catch (error) {
        this.loaded.delete(file);
        throw error;
      }
    }
    if (user !== undefined) entry.users.add(user);
    return entry.module.exports;
  }

  private run(file: string, module: Module): void {
    const { javascript, map, source } = this.sources.get(file)!;
    registerCode(file, file, map, source);
    const parameters = ["exports", "require", "module", "__filename", "__dirname"];
    const runtime = [RUNTIME.stop, RUNTIME.flag, RUNTIME.resume];
    const text = `(function (${[...parameters, ...runtime].join(", ")}) {\n${javascript}\n})`;
    const script = new Script(text, { filename: file, lineOffset: -1 });
    module.filename = file;
    const start = script.runInThisContext() as (...args: unknown[]) => void;
    const require = this.requireFrom(dirname(file), file);
    start.call(module.exports, module.exports, require, module, file, dirname(file), stop, flag, resume);
  }

  /** tslab's own package, its displays led into ours. */
  private tslab(): unknown {
    const channel = this.own("tslab/dist/jupyter") as { lastWriteDisplayData: unknown };
    channel.lastWriteDisplayData = showFromTslab;
    return this.own("tslab");
  }
}

function isMissing(error: unknown, specifier: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "MODULE_NOT_FOUND" && message.includes(`'${specifier}'`);
}

const isEsm = (module: unknown): module is Record<string, unknown> =>
  typeof module === "object" &&
  module !== null &&
  ((module as { __esModule?: unknown }).__esModule === true ||
    (module as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === "Module");

/** What `import x from` gives: the default export, or all of a CommonJS module. @see TypeScript's esModuleInterop */
const defaultOf = (module: unknown): unknown => (isEsm(module) ? module.default : module);

/** What `import * as x` gives. */
function namespaceOf(module: unknown): unknown {
  if (isEsm(module) || typeof module !== "object" || module === null) {
    return typeof module === "function"
      ? Object.assign(Object.create(null), module, { default: module })
      : module;
  }
  // Getters stay getters: some modules warn when a deprecated one is looked at.
  return Object.defineProperties({ default: module }, Object.getOwnPropertyDescriptors(module));
}
