import * as tf from "../../tfjs";
import type { ProcessGroup } from "../../distributed/process-group";
import { globalNorm } from "../../ops/global-norm";
import type { GradientMap } from "./backward";

/** A summand of a step's gradients and loss. */
export interface StepTerm {
  gradients: GradientMap;
  loss: number;
}

/** What a step comes to. */
export interface ReducedStep extends StepTerm {
  /** Global norm of the gradients. */
  gradNorm: number;
}

/** How what this process has computed of a step becomes the whole step's. */
export interface StepReduction {
  /** A gradient of the only term is complete while the backward pass goes on. Nobody else changes it from now on. */
  add?(name: string, gradient: tf.Tensor): void;
  /** Of this process's terms, whose tensors change hands. */
  finish(terms: StepTerm[]): Promise<ReducedStep>;
}

/** Of a process that computes all of it in one term. */
export const ALL_OF_IT: StepReduction = {
  async finish([term]) {
    return { ...term!, gradNorm: await globalNorm([...term!.gradients.values()]) };
  },
};

/**
 * Adds up terms in their order, wherever they were computed: then the bits do not depend on how many processes there are. As
 * many times the gradients are sent as a process has terms.
 */
export class OrderedReduction implements StepReduction {
  /**
   * @param parameters  names and shapes
   * @param counts      how many terms each rank has
   */
  constructor(
    private readonly group: ProcessGroup,
    private readonly parameters: readonly (readonly [name: string, shape: readonly number[]])[],
    private readonly counts: readonly number[],
  ) {}

  async finish(terms: StepTerm[]): Promise<ReducedStep> {
    const { group, parameters, counts } = this;
    const has = parameters.map(([name]) => terms.some(({ gradients }) => gradients.has(name)));
    const figures = await group.gather("the losses", { has, losses: terms.map(({ loss }) => loss) });
    const sums: GradientMap = new Map();
    for (const [index, [name, shape]] of parameters.entries()) {
      if (!figures.some((each) => each.has[index])) continue;
      const size = tf.util.sizeFromShape([...shape]);
      const sum = new Float32Array(size);
      const own = terms.map(
        ({ gradients }) =>
          (gradients.get(name)?.dataSync() as Float32Array | undefined) ?? new Float32Array(size),
      );
      await group.sum(`the gradients of ${name}`, sum, { terms: { own, counts } });
      for (const { gradients } of terms) gradients.get(name)?.dispose();
      sums.set(name, tf.tensor(sum, [...shape]));
    }
    const losses = figures.flatMap((each) => each.losses);
    return {
      gradients: sums,
      loss: losses.reduce((sum, loss) => sum + loss, 0),
      gradNorm: await globalNorm([...sums.values()]),
    };
  }
}
