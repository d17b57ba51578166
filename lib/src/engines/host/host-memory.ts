import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";

/**
 * Direct access to the tensors of a backend that keeps them in the process's own memory, so that a kernel written in
 * TypeScript works on them without copies.
 */
export interface HostMemory {
  /** New memory with arbitrary content. */
  allocate(shape: number[], dtype: "float32" | "int32"): TensorInfo;
  float32(tensor: TensorInfo): Float32Array;
  int32(tensor: TensorInfo): Int32Array;
}

export function cpuMemory(backend: unknown): HostMemory {
  const cpu = backend as MathBackendCPU;
  return {
    allocate: (shape, dtype) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = dtype === "float32" ? new Float32Array(size) : new Int32Array(size);
      return cpu.makeTensorInfo(shape, dtype, values);
    },
    float32: (tensor) => cpu.data.get(tensor.dataId).values as Float32Array,
    int32: (tensor) => cpu.data.get(tensor.dataId).values as Int32Array,
  };
}
