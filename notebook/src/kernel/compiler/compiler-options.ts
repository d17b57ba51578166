import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";

/**
 * How cells are compiled: as modules for Node.js, found as bundlers find them (packages with `exports` and without),
 * not stricter than a notebook is written. `lib` stops at what the oldest supported Node.js has.
 *
 * @param folder where the notebook's imports start
 */
export function cellCompilerOptions(folder: string): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: [
      "lib.es2023.d.ts",
      "lib.esnext.disposable.d.ts",
      "lib.decorators.d.ts",
      "lib.decorators.legacy.d.ts",
    ],
    typeRoots: typeRoots(folder),
    types: ["node"],
    esModuleInterop: true,
    resolveJsonModule: true,
    experimentalDecorators: true,
    jsx: ts.JsxEmit.React,
    allowJs: true,
    checkJs: false,
    skipLibCheck: true,
    preserveConstEnums: true,
    noEmitOnError: false,
    newLine: ts.NewLineKind.LineFeed,
    sourceMap: true,
    allowImportingTsExtensions: true,
    outDir: join(folder, "__out__"),
    rootDir: "/",
  };
}

/** Where `@types` are: beside the notebook and above it, and at last those that this package brings. */
function typeRoots(folder: string): string[] {
  const roots: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    roots.push(join(at, "node_modules", "@types"));
    if (dirname(at) === at) break;
  }
  roots.push(dirname(dirname(require.resolve("@types/node/package.json"))));
  return roots.filter((root) => existsSync(root));
}
