import * as yaml from "yaml";
import type { EsmSpecifier } from "./packages";

/** The packages that are loaded when they are first needed, as a bundler finds them. */
const MODULES: Record<EsmSpecifier, () => Promise<unknown>> = {
  hyparquet: () => import("hyparquet"),
  "hyparquet/src/column.js": () => import("hyparquet/src/column.js"),
  "hyparquet/src/schema.js": () => import("hyparquet/src/schema.js"),
  "hyparquet/src/encoding.js": () => import("hyparquet/src/encoding.js"),
  "hyparquet/src/snappy.js": () => import("hyparquet/src/snappy.js"),
  "hyparquet-compressors": () => import("hyparquet-compressors"),
  "hyparquet-writer": () => import("hyparquet-writer"),
  pbf: () => import("pbf"),
};

export async function importEsm<Module>(specifier: EsmSpecifier): Promise<Module> {
  return (await MODULES[specifier]()) as Module;
}

const COMMON: Record<"yaml", unknown> = { yaml };

export const loadPackage = <Module>(specifier: "yaml"): Module => COMMON[specifier] as Module;
