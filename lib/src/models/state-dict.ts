import { type HostTensor, isNumericDType, type StateDict } from "../checkpoints/dtypes";
import { toFloat32 } from "../checkpoints/float-formats";
import { CheckpointError } from "../errors";
import type { Module, Parameter } from "./module";

/** A copy of every parameter of a module, by name. */
export async function stateDictOf(module: Module): Promise<StateDict> {
  const weights: StateDict = new Map<string, HostTensor>();
  for (const [name, { value, shape }] of module.namedParameters()) {
    // Engines may hand out their own memory, and whoever gets the copy may change it.
    weights.set(name, { dtype: "F32", shape, data: (await value.data()).slice() });
  }
  return weights;
}

/**
 * Fills a module with tensors under exactly its own names: with all of them, or with none.
 *
 * @param source  named in errors
 * @throws CheckpointError if one is missing or has another shape; the module is then as it was
 */
export function loadStateDictInto(module: Module, weights: StateDict, source: string): void {
  checkStateDict(module, weights, source);
  for (const [name, parameter] of module.namedParameters()) {
    const tensor = weights.get(name)!;
    const values = toFloat32(tensor);
    // The caller's array stays the caller's.
    parameter.set(values === tensor.data ? values.slice() : values);
  }
}

/** @throws CheckpointError unless every parameter of the module has a tensor of its name and shape */
export function checkStateDict(module: Module, weights: StateDict, source: string): void {
  for (const [name, parameter] of module.namedParameters()) {
    const tensor = weights.get(name);
    if (!tensor) throw new CheckpointError(`${source}: has no tensor '${name}'.`);
    checkTensor(parameter, tensor, name, source);
  }
}

/** @throws CheckpointError that names the tensor if its shape differs, with the remedy where there is one, or no numbers of its type are known */
export function checkTensor(
  parameter: Parameter,
  tensor: HostTensor,
  name: string,
  source: string,
  remedy?: string,
): void {
  if (!isNumericDType(tensor.dtype)) {
    throw new CheckpointError(
      `${source}: tensor '${name}' is stored as ${tensor.dtype}, with which this library does not compute. ` +
        "Store the model as F32, F16 or BF16.",
    );
  }
  if (sameShape(parameter.shape, tensor.shape)) return;
  throw new CheckpointError(
    `${source}: tensor '${name}' has the shape [${tensor.shape.join(", ")}]; ` +
      `the model's config asks for [${parameter.shape.join(", ")}].${remedy ? ` ${remedy}` : ""}`,
  );
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}
