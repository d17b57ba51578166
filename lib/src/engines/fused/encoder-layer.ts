import type { TensorInfo } from "@tensorflow/tfjs-core";
import {
  ENCODER_LAYER_WEIGHTS,
  type DropoutAttributes,
  type EncoderLayerSettings,
  type EncoderLayerWeight,
} from "../fused-kernels";
import type { Operand } from "../kernel-library";
import type { FusedBackend } from "./backend";
import { dropoutArguments } from "./dropout";
import type { FusedKernel } from "./fused-kernel";
import { TokenMatrices } from "./token-matrices";

type Inputs = Record<EncoderLayerWeight | "x", TensorInfo> & { bias?: TensorInfo };

/** See ops/encoder-layer.ts. */
export const encoderLayer: FusedKernel<EncoderLayerWeight | "x" | "bias"> = {
  name: "EncoderLayer",
  compute: (backend, inputs, attributes) =>
    new EncoderLayer(backend, inputs, attributes as unknown as EncoderLayerSettings).forward(),
};

export const encoderLayerGradient: FusedKernel<EncoderLayerWeight | "dy" | "x" | "bias" | "kept"> = {
  name: "EncoderLayerGrad",
  compute: (backend, { dy, kept, ...inputs }, attributes) =>
    new EncoderLayer(backend, inputs, attributes as unknown as EncoderLayerSettings).backward(dy, kept),
};

/** A layer's passes over one batch. Names of matrices are those of the values; d… are their gradients. */
class EncoderLayer {
  private readonly tokens: number;
  private readonly hidden: number;
  private readonly inner: number;

  constructor(
    private readonly backend: FusedBackend,
    private readonly inputs: Inputs,
    private readonly settings: EncoderLayerSettings,
  ) {
    [this.tokens, this.hidden] = inputs.x.shape as [number, number];
    this.inner = inputs.intermediateWeight.shape[0]!;
  }

  /** The states and, if gradients will be asked for, what they need. */
  forward(): TensorInfo[] {
    const { backend, inputs, settings, hidden, inner } = this;
    const { library } = backend;
    const states = backend.allocate(inputs.x.shape);
    const kept = this.keptMatrices();
    const passing = new TokenMatrices(backend, this.tokens, {
      context: hidden,
      gelu: inner,
      bits: Math.ceil(inner / 2),
    });
    try {
      const x = backend.operand(inputs.x);
      this.linear(kept.storage("query"), x, "query");
      this.linear(kept.storage("key"), x, "key");
      this.linear(kept.storage("value"), x, "value");
      const context = this.isBfloat16 ? passing : kept;
      library.packedAttention(context.matrix("context"), ...this.attentionArguments(kept));
      const attended = this.operand(context, "context", kept, "contextBits");
      this.linear(kept.storage("projected"), attended, "attentionOutput");
      this.normalise(
        kept.matrix("attended"),
        kept.matrix("projected"),
        backend.float32(inputs.x),
        "attention",
      );
      this.linear(
        kept.storage("expanded"),
        this.operand(kept, "attended", kept, "attendedBits"),
        "intermediate",
      );
      library[this.activation](passing.matrix("gelu"), kept.matrix("expanded"));
      this.linear(kept.storage("contracted"), this.operand(passing, "gelu", passing, "bits"), "output");
      this.normalise(backend.float32(states), kept.matrix("contracted"), kept.matrix("attended"), "output");
    } finally {
      passing.dispose();
      if (!settings.keeps) kept.dispose();
    }
    return settings.keeps ? [states, kept.tensor] : [states];
  }

  /** The gradients of x, of each weight and of the bias, where there is one. */
  backward(dy: TensorInfo, keptTensor: TensorInfo): TensorInfo[] {
    const { backend, inputs, hidden, inner } = this;
    const { library } = backend;
    const kept = this.keptMatrices(keptTensor);
    const gradients = Object.fromEntries(
      ENCODER_LAYER_WEIGHTS.map((name) => [name, backend.allocate(inputs[name].shape)]),
    ) as Record<EncoderLayerWeight, TensorInfo>;
    const dx = backend.allocate(inputs.x.shape);
    const dbias = inputs.bias && backend.allocate(inputs.bias.shape);
    const passing = new TokenMatrices(backend, this.tokens, {
      ...{ dcontracted: hidden, dattended: hidden, dprojected: hidden, dcontext: hidden },
      ...{ dquery: hidden, dkey: hidden, dvalue: hidden },
      ...{
        gelu: inner,
        dexpanded: inner,
        slopeBits: Math.ceil(Math.max(inner, hidden) / 2),
        geluBits: Math.ceil(inner / 2),
      },
    });
    /** Of a linear map, from the gradient of its values: those of weight and bias, and of its input, added to what is there. */
    const linearGradients = (
      map: LinearMap,
      slopeName: Parameters<typeof passing.matrix>[0],
      seen: Operand,
      dinput: Float32Array,
      accumulate: boolean,
    ) => {
      const weight = inputs[`${map}Weight`];
      const [outputs, columns] = weight.shape as [number, number];
      const slope = this.operand(passing, slopeName, passing, "slopeBits");
      const dweight = gradients[`${map}Weight`];
      const squares = library.weightGradient(
        backend.float32(dweight),
        slope,
        seen,
        this.tokens,
        outputs,
        columns,
      );
      backend.noteSquares(dweight, squares);
      const dbias = backend.float32(gradients[`${map}Bias`]);
      library.columnSum(dbias, passing.matrix(slopeName), this.tokens, outputs);
      library.matmul(
        ...([dinput, slope, backend.operand(weight), 1, this.tokens, columns, outputs] as const),
        ...([false, false, null, accumulate] as const),
      );
    };
    try {
      this.normalisationGradients(
        ...([passing.matrix("dcontracted"), passing.matrix("dattended")] as const),
        ...([backend.float32(dy), kept.matrix("contracted"), kept.matrix("attended")] as const),
        "output",
        gradients,
      );
      library[this.activation](passing.matrix("gelu"), kept.matrix("expanded"));
      const gelu = this.operand(passing, "gelu", passing, "geluBits");
      linearGradients("output", "dcontracted", gelu, passing.storage("dexpanded"), false);
      const dexpanded = passing.matrix("dexpanded");
      library[`${this.activation}Gradient`](dexpanded, dexpanded, kept.matrix("expanded"));
      const attended = this.keptOperand(kept, "attended", "attendedBits");
      linearGradients("intermediate", "dexpanded", attended, passing.storage("dattended"), true);

      this.normalisationGradients(
        ...([passing.matrix("dprojected"), backend.float32(dx)] as const),
        ...([passing.matrix("dattended"), kept.matrix("projected"), backend.float32(inputs.x)] as const),
        "attention",
        gradients,
      );
      const context = this.keptOperand(kept, "context", "contextBits");
      linearGradients("attentionOutput", "dprojected", context, passing.storage("dcontext"), false);
      library.packedAttentionGradient(
        passing.matrix("dquery"),
        passing.matrix("dkey"),
        passing.matrix("dvalue"),
        dbias ? backend.float32(dbias) : null,
        passing.matrix("dcontext"),
        ...this.attentionArguments(kept),
      );
      const x = backend.operand(inputs.x);
      linearGradients("query", "dquery", x, backend.storage(dx), true);
      linearGradients("key", "dkey", x, backend.storage(dx), true);
      linearGradients("value", "dvalue", x, backend.storage(dx), true);
    } finally {
      passing.dispose();
    }
    return [dx, ...ENCODER_LAYER_WEIGHTS.map((name) => gradients[name]), ...(dbias ? [dbias] : [])];
  }

  /** What the gradients need of the forward pass. As the operand of a product alone, bf16 is enough. */
  private keptMatrices(tensor?: TensorInfo) {
    const { hidden, inner, isBfloat16 } = this;
    return new TokenMatrices(
      this.backend,
      this.tokens,
      {
        ...{ query: hidden, key: hidden, value: hidden, projected: hidden, attended: hidden },
        ...{ expanded: inner, contracted: hidden },
        ...{ context: isBfloat16 ? 0 : hidden },
        ...{
          contextBits: isBfloat16 ? Math.ceil(hidden / 2) : 0,
          attendedBits: isBfloat16 ? Math.ceil(hidden / 2) : 0,
        },
      },
      tensor,
    );
  }

  private get activation(): "gelu" | "geluNew" {
    return this.settings.activation === "gelu_new" ? "geluNew" : "gelu";
  }

  private get isBfloat16(): boolean {
    return this.backend.matMulPrecision === "bf16";
  }

  /** A matrix as products take it; under bf16 rounded into another one's place. */
  private operand<From extends string, To extends string>(
    from: TokenMatrices<From>,
    name: From,
    to: TokenMatrices<To>,
    bitsName: To,
  ): Operand {
    if (!this.isBfloat16) return from.storage(name);
    const values = from.matrix(name);
    const bits = to.bits(bitsName);
    this.backend.library.toBfloat16(bits.subarray(0, values.length), values);
    return bits;
  }

  /** The same of a matrix that the forward pass has rounded. */
  private keptOperand<Name extends string>(kept: TokenMatrices<Name>, name: Name, bitsName: Name): Operand {
    return this.isBfloat16 ? kept.bits(bitsName) : kept.storage(name);
  }

  /** What attention and its gradient take alike. */
  private attentionArguments(kept: ReturnType<typeof this.keptMatrices>) {
    const { offsets, heads, attentionDropout } = this.settings;
    const { bias } = this.inputs;
    const biasValues = bias ? this.backend.float32(bias) : null;
    return [
      ...([kept.matrix("query"), kept.matrix("key"), kept.matrix("value")] as const),
      ...([offsets, this.hidden, heads, 1 / Math.sqrt(this.hidden / heads), 0, biasValues] as const),
      ...dropout(attentionDropout),
    ] as const;
  }

  private linear(out: Float32Array, x: Operand, map: LinearMap): void {
    const { backend, inputs } = this;
    const weight = inputs[`${map}Weight`];
    const [outputs, columns] = weight.shape as [number, number];
    backend.library.matmul(
      ...([out, x, backend.operand(weight), 1, this.tokens, outputs, columns] as const),
      ...([false, true, backend.float32(inputs[`${map}Bias`]), false] as const),
    );
  }

  private normalise(out: Float32Array, x: Float32Array, residual: Float32Array, norm: Norm): void {
    const { backend, inputs, settings } = this;
    const [gamma, beta] = [inputs[`${norm}Gamma`], inputs[`${norm}Beta`]];
    backend.library.dropoutAddLayerNorm(
      ...([out, x, residual, backend.float32(gamma), backend.float32(beta)] as const),
      ...([this.tokens, this.hidden, settings.eps] as const),
      ...dropout(dropoutOf(settings, norm)),
    );
  }

  private normalisationGradients(
    dx: Float32Array,
    dresidual: Float32Array,
    dy: Float32Array,
    x: Float32Array,
    residual: Float32Array,
    norm: Norm,
    gradients: Record<EncoderLayerWeight, TensorInfo>,
  ): void {
    const { backend, inputs, settings } = this;
    const of = (tensor: TensorInfo) => backend.float32(tensor);
    backend.library.dropoutAddLayerNormGradient(
      ...([dx, dresidual, of(gradients[`${norm}Gamma`]), of(gradients[`${norm}Beta`])] as const),
      ...([dy, x, residual, of(inputs[`${norm}Gamma`]), this.tokens, this.hidden, settings.eps] as const),
      ...dropout(dropoutOf(settings, norm)),
    );
  }
}

type LinearMap = "query" | "key" | "value" | "attentionOutput" | "intermediate" | "output";
type Norm = "attention" | "output";

const dropoutOf = ({ attentionOutputDropout, outputDropout }: EncoderLayerSettings, norm: Norm) =>
  norm === "attention" ? attentionOutputDropout : outputDropout;

const dropout = (attributes: DropoutAttributes) => dropoutArguments({ ...attributes });
