import { ConfigError } from "../errors";
import { nearNames } from "../near-names";
import { isWithin, type Module } from "./module";

/**
 * Says of parameters whether training changes them.
 *
 * @param names  of parameters, or of the parts that they are in: `bert.embeddings`, `bert.encoder.layer.0`
 * @throws ConfigError that names what there is nothing of, with the nearest names that there are
 */
export function setRequiresGrad(module: Module, names: readonly string[], requiresGrad: boolean): void {
  const parameters = [...module.namedParameters()];
  const unknown = names.find((part) => !parameters.some(([name]) => isWithin(name, part)));
  if (names.length === 0 || unknown !== undefined) {
    const what = requiresGrad ? "unfreeze" : "freeze";
    if (unknown === undefined)
      throw new ConfigError(`${what}: name the parameters, or the parts that they are in.`);
    const near = nearNames(unknown, partsOf(parameters.map(([name]) => name)));
    const hint = near.length > 0 ? ` Near names: ${near.map((name) => `'${name}'`).join(", ")}.` : "";
    throw new ConfigError(
      `${what}: no parameter is called '${unknown}' or is in a part of this name.${hint}`,
    );
  }
  for (const [name, parameter] of parameters) {
    if (names.some((part) => isWithin(name, part))) parameter.requiresGrad = requiresGrad;
  }
}

/** Every name, and every beginning of one that ends before a dot. */
function partsOf(names: readonly string[]): Set<string> {
  const parts = names.flatMap((name) => {
    const words = name.split(".");
    return words.map((_, index) => words.slice(0, index + 1).join("."));
  });
  return new Set(parts);
}
