import type { HostTensor, StateDict } from "../../checkpoints/dtypes";
import { elementCount } from "../../checkpoints/dtypes";
import type { PytorchObject } from "../../checkpoints/pytorch-bin";
import { CheckpointError } from "../../errors";
import { isDecayed } from "../optimizers/parameter-groups";
import type { Optimizer } from "../optimizers/optimizer";

/**
 * The state of an optimizer from transformers' `optimizer.pt`, which knows parameters by their numbers: those with weight decay
 * first, then the others, each in the model's order.
 *
 * @throws CheckpointError where it has other parameters
 * @see transformers.Trainer.create_optimizer
 */
export function optimizerStateOf(
  { tensors, numbers }: PytorchObject,
  optimizer: Optimizer,
  source: string,
): StateDict {
  const parameters = [...optimizer.parameters()];
  const ordered = [
    ...parameters.filter(([name]) => isDecayed(name)),
    ...parameters.filter(([name]) => !isDecayed(name)),
  ];
  const ids = [...numbers]
    .filter(([path]) => /^param_groups\.\d+\.params\.\d+$/.test(path))
    .map(([, id]) => id);
  if (ids.length !== ordered.length) {
    throw new CheckpointError(
      `${source}: is of ${ids.length} parameters; ${ordered.length} are trained here.`,
    );
  }
  const state: StateDict = new Map();
  const unused = new Set<string>();
  let step = 0;
  for (const [index, id] of ids.entries()) {
    const [name] = ordered[index]!;
    const prefix = `state.${id}.`;
    if (![...tensors.keys()].some((path) => path.startsWith(prefix))) unused.add(name);
    for (const [path, tensor] of tensors) {
      if (!path.startsWith(prefix)) continue;
      const key = path.slice(prefix.length);
      if (key === "step") step = Math.max(step, Number(tensor.data[0]));
      else state.set(`${name}.${key}`, tensor);
    }
    step = Math.max(step, numbers.get(`${prefix}step`) ?? 0);
  }
  state.set("step", { dtype: "I32", shape: [], data: Int32Array.of(step) });
  // What never had a gradient has no state there.
  for (const [key, shape] of optimizer.stateShapesByName()) {
    if (unused.has(key.slice(0, key.lastIndexOf(".")))) state.set(key, zeros(shape));
  }
  return state;
}

function zeros(shape: number[]): HostTensor {
  return { dtype: "F32", shape, data: new Float32Array(elementCount(shape)!) };
}
