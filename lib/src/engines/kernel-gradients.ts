import * as tf from "../tfjs";

/** A gradient that a kernel computes. */
interface KernelGradient {
  /** The kernel whose gradient it is. Kernel `${of}Grad` computes it from the values' gradients and the saved inputs. */
  of: string;
  /** What the gradient kernel calls the gradients of the values. Default: "dy", of the one value. */
  takes?: string[];
  /** Inputs that the gradient kernel takes beside them. */
  saves: string[];
  /** The inputs whose gradients it returns, in this order. */
  returns: string[];
}

/** Gradients that have a kernel each, so that those nobody asks for are not computed. */
interface SeparateGradients {
  of: string;
  saves: string[];
  /** By the input whose gradient it is: the kernel, and what it takes of the saved inputs beside `dy`. */
  gradients: Record<string, { kernel: string; takes: string[] }>;
}

function registerGradient({ of, takes = ["dy"], saves, returns }: KernelGradient): void {
  tf.registerGradient({
    kernelName: of,
    inputsToSave: saves,
    gradFunc: (dy, saved, attributes) => {
      const slopes = Array.isArray(dy) ? dy : [dy];
      const inputs: tf.NamedTensorMap = Object.fromEntries(takes.map((name, i) => [name, slopes[i]!]));
      saves.forEach((name, index) => (inputs[name] = saved[index]!));
      const attrs = attributes as unknown as Parameters<ReturnType<typeof tf.engine>["runKernel"]>[2];
      const result = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(`${of}Grad`, inputs, attrs);
      const gradients = Array.isArray(result) ? result : [result];
      return Object.fromEntries(returns.map((name, index) => [name, () => gradients[index]!]));
    },
  });
}

function registerSeparateGradients({ of, saves, gradients }: SeparateGradients): void {
  tf.registerGradient({
    kernelName: of,
    inputsToSave: saves,
    gradFunc: (dy, saved) => {
      const compute = ({ kernel, takes }: { kernel: string; takes: string[] }) => {
        const inputs: tf.NamedTensorMap = { dy: dy as tf.Tensor };
        for (const name of takes) inputs[name] = saved[saves.indexOf(name)]!;
        return tf.engine().runKernel<tf.Tensor>(kernel, inputs);
      };
      return Object.fromEntries(
        Object.entries(gradients).map(([input, gradient]) => [input, () => compute(gradient)]),
      );
    },
  });
}

const GRADIENTS: KernelGradient[] = [
  { of: "Gelu", saves: ["x"], returns: ["x"] },
  { of: "GeluNew", saves: ["x"], returns: ["x"] },
  { of: "TanhActivation", saves: ["x"], returns: ["x"] },
  { of: "Geglu", saves: ["x"], returns: ["x"] },
  { of: "RotaryProjections", takes: ["dq", "dk", "dv"], saves: [], returns: ["qkv"] },
  { of: "Dropout", saves: [], returns: ["x"] },
  { of: "LayerNorm", saves: ["x", "gamma"], returns: ["x", "gamma", "beta"] },
  {
    of: "DropoutAddLayerNorm",
    saves: ["x", "residual", "gamma"],
    returns: ["x", "residual", "gamma", "beta"],
  },
  {
    of: "EmbeddingsLayerNorm",
    saves: ["word", "position", "tokenType", "ids", "positions", "tokenTypes", "gamma"],
    returns: ["word", "position", "tokenType", "gamma", "beta"],
  },
  { of: "TakeRows", saves: ["x", "rows"], returns: ["x"] },
  { of: "CrossEntropy", saves: ["logits", "labels"], returns: ["logits"] },
];

const ofInput = { kernel: "LinearInputGrad", takes: ["weight"] };
const ofWeight = { kernel: "LinearWeightGrad", takes: ["x"] };
const ofBias = { kernel: "LinearBiasGrad", takes: [] };

const SEPARATE_GRADIENTS: SeparateGradients[] = [
  { of: "Linear", saves: ["x", "weight"], gradients: { x: ofInput, weight: ofWeight, bias: ofBias } },
  { of: "FrozenLinear", saves: ["weight"], gradients: { x: ofInput, bias: ofBias } },
];

/** Registers the gradients of all fused kernels. tfjs has one for all backends; which of them has a kernel is the backend's affair. */
export function registerKernelGradients(): void {
  GRADIENTS.forEach(registerGradient);
  SEPARATE_GRADIENTS.forEach(registerSeparateGradients);
}
