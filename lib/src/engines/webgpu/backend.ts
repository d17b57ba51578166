import * as tf from "../../tfjs";
import type * as Package from "@tensorflow/tfjs-backend-webgpu";

/** What of tfjs's backend is used beyond its public face. */
interface Internals {
  tensorMap: { get(dataId: object): { dtype: tf.DataType; values?: tf.backend_util.TypedArray | null } };
  uploadToGPU(dataId: object): void;
}

/** So many operands `AddN` takes, with its output and its uniforms, on every device. */
const MOST_OPERANDS = 8;

/**
 * Registers tfjs's backend for a device, with what this library needs of it:
 *
 * - What a batch says in whole numbers (ids, masks, labels) is looked at on the host, also after it has gone to the device. tfjs drops
 *   its copy then, and could get it back only by way of a canvas.
 * - `AddN` takes any number of operands: tfjs binds them all at once, and a device has eight places.
 */
export function registerWebGpuBackend({ WebGPUBackend }: typeof Package, device: object, info: object): void {
  class Backend extends (WebGPUBackend as unknown as new (device: object, info: object) => Internals) {
    override uploadToGPU(dataId: object): void {
      const data = this.tensorMap.get(dataId);
      const { values, dtype } = data;
      super.uploadToGPU(dataId);
      if (dtype === "int32" && values) data.values = values;
    }
  }
  // Loading the package has registered its own.
  tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new Backend(device, info) as unknown as tf.KernelBackend, 0);
  addInTurn();
}

function addInTurn(): void {
  const { kernelFunc, ...addN } = tf.getKernel("AddN", "webgpu");
  tf.unregisterKernel("AddN", "webgpu");
  tf.registerKernel({
    ...addN,
    kernelFunc({ inputs, backend, attrs }) {
      const operands = Object.values(inputs) as tf.TensorInfo[];
      const add = (some: tf.TensorInfo[]) =>
        kernelFunc({ inputs: some as unknown as tf.NamedTensorInfoMap, backend, attrs }) as tf.TensorInfo;
      const { disposeData } = backend as { disposeData(dataId: object): boolean };
      let sum = add(operands.slice(0, MOST_OPERANDS));
      for (let next = MOST_OPERANDS; next < operands.length; next += MOST_OPERANDS - 1) {
        const soFar = sum;
        sum = add([soFar, ...operands.slice(next, next + MOST_OPERANDS - 1)]);
        disposeData.call(backend, soFar.dataId);
      }
      return sum;
    },
  });
}
