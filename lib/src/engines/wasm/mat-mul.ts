import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/**
 * Replaces the wasm backend's matrix product by one that transposes operands first. The original hands only
 * products of plain matrices to XNNPACK; with a transposed operand it falls back to a scalar loop, many times slower.
 */
export function replaceMatMul(): void {
  const original = tf.getKernel("BatchMatMul", "wasm");
  const transpose = tf.getKernel("Transpose", "wasm");
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel({
    ...original,
    kernelFunc: (call) => {
      const { transposeA, transposeB } = call.attrs as { transposeA: boolean; transposeB: boolean };
      const { a, b } = call.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
      if ((!transposeA && !transposeB) || a.shape.length !== 2 || b.shape.length !== 2) {
        return original.kernelFunc(call);
      }
      const backend = call.backend as BackendWasm;
      const flip = (x: tf.TensorInfo) =>
        transpose.kernelFunc({ inputs: { x }, backend, attrs: { perm: [1, 0] } }) as tf.TensorInfo;
      const operands = { a: transposeA ? flip(a) : a, b: transposeB ? flip(b) : b };
      try {
        return original.kernelFunc({
          inputs: operands,
          backend,
          attrs: { transposeA: false, transposeB: false },
        });
      } finally {
        if (transposeA) backend.disposeData(operands.a.dataId);
        if (transposeB) backend.disposeData(operands.b.dataId);
      }
    },
  });
}
