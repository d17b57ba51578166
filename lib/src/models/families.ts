import type { BertConfigOptions } from "./bert/configuration";
import { bert } from "./bert/family";
import type { Family } from "./family";

/** All that there are. A new one is a folder, and a line here. */
export const FAMILIES: readonly Family[] = [bert];

const BY_TYPE = new Map<unknown, Family>(FAMILIES.map((family) => [family.configuration.modelType, family]));

/** @param modelType  as a `config.json` has it */
export const familyOf = (modelType: unknown): Family | undefined => BY_TYPE.get(modelType);

/** Settings of any family, where it shows only in the checkpoint which it is. */
export type ConfigOverrides = BertConfigOptions;

/** Their names. */
export const CONFIG_OPTIONS: readonly string[] = [
  ...new Set(FAMILIES.flatMap(({ configuration }) => configuration.optionNames)),
];
