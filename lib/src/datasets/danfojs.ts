import { createRequire } from "node:module";
import { DatasetError } from "../errors";

// Types and values of danfojs, an optional peer. A program that has not installed it compiles all the same, for in the
// declarations that the build writes, too, the comment stands above the type.

/* eslint-disable @typescript-eslint/ban-ts-comment, @typescript-eslint/consistent-type-imports -- an error only where danfojs is not installed */
/**
 * A data frame of danfojs.
 * @ts-ignore */
export type DataFrame = import("danfojs-node").DataFrame;
/**
 * The package danfojs-node.
 * @ts-ignore */
type Danfojs = typeof import("danfojs-node");
/* eslint-enable @typescript-eslint/ban-ts-comment, @typescript-eslint/consistent-type-imports */

// danfojs brings a second of loading time with it: it is loaded when the first frame is made.
const loadModule = createRequire(__filename);

/** @throws DatasetError that says how to install it */
export function loadDanfojs(): Danfojs {
  try {
    return loadModule("danfojs-node") as Danfojs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    throw new DatasetError(
      "A data frame is one of danfojs, which does not come with this package. Install danfojs-node; what it brings " +
        'along is replaced by "overrides" in your package.json: { "xlsx": "npm:@e965/xlsx@0.20.3", ' +
        '"@tensorflow/tfjs-node": "npm:@tensorflow/tfjs@4.22.0" }.',
      { cause: error },
    );
  }
}
