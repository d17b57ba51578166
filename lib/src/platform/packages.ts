import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

/**
 * `import()` as Node has it. TypeScript turns the `import()` of a CommonJS build into `require()`, which Node 20 before
 * 20.19 refuses for ES modules; text that is compiled at run time it leaves alone.
 */
// eslint-disable-next-line @typescript-eslint/no-implied-eval -- constant text; see above
const nativeImport = new Function("url", "return import(url)") as (url: string) => Promise<unknown>;

/** Modules of packages that come as ES modules only. */
export type EsmSpecifier =
  | `hyparquet${"" | "/src/column.js" | "/src/schema.js" | "/src/encoding.js" | "/src/snappy.js"}`
  | "hyparquet-compressors"
  | "hyparquet-writer"
  | "pbf";

/**
 * Loads a package that comes as an ES module only.
 *
 * @typeParam Module its type: `importEsm<typeof import("hyparquet")>("hyparquet")`
 */
export async function importEsm<Module>(specifier: EsmSpecifier): Promise<Module> {
  return (await nativeImport(pathToFileURL(require.resolve(specifier)).href)) as Module;
}

const load = createRequire(__filename);

/** Loads a package that comes as CommonJS, when it is first needed. @typeParam Module its type */
export function loadPackage<Module>(specifier: "yaml"): Module {
  return load(specifier) as Module;
}
