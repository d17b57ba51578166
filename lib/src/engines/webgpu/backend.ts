import { EngineError } from "../../errors";
import * as tf from "../../tfjs";
import type * as Package from "@tensorflow/tfjs-backend-webgpu";
import { sleep } from "../../platform/pause";
import type { GpuDevice } from "./gpu";
import { registerWebGpuKernels } from "./kernels";

/** A program's run, as it goes to the device. */
export interface Dispatch {
  key: string;
  source: () => string;
  writes: readonly tf.TensorInfo[];
  reads: readonly tf.TensorInfo[];
  /** The bytes of the uniforms. */
  settings: ArrayBuffer;
  groups: readonly [number, number];
}

/** What this library's kernels use of the backend. */
export interface WebGpuBackend {
  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.TypedArray): tf.TensorInfo;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
  /** What the host knows of a tensor's values; undefined where they are on the device alone. */
  hostValues(tensor: tf.TensorInfo): tf.TypedArray | undefined;
  dispatch(run: Dispatch): void;
}

/** What of tfjs's backend is used beyond its public face. */
interface Internals extends Omit<WebGpuBackend, "dispatch" | "hostValues"> {
  device: GpuDevice;
  queue: { writeBuffer(buffer: object, offset: number, data: ArrayBuffer): void };
  tensorMap: { get(dataId: object): { dtype: tf.DataType; values?: tf.TypedArray | null } };
  bufferManager: { acquireBuffer(size: number, usage: number): object };
  uniformPendingDisposal: object[];
  commandQueueOwnedIds: WeakSet<object>;
  commandEncoder: { beginComputePass(descriptor: object): ComputePass };
  computePassEncoder: ComputePass | null;
  dispatchCountInPass: number;
  uploadToGPU(dataId: object): void;
  tensorToBinding(tensor: tf.TensorInfo): object;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  read(dataId: object): Promise<unknown>;
}

interface ComputePass {
  setPipeline(pipeline: object): void;
  setBindGroup(index: number, group: object): void;
  dispatchWorkgroups(x: number, y: number): void;
}

/** Of GPUBufferUsage. */
const COPY_DST = 8;
const UNIFORM = 64;

/** Of so many numbers, such as the labels of a batch, the host keeps its copy; of whole numbers always. */
const FEW = 4096;

/** Milliseconds after a failure in which a device says that it is gone. */
const NEWS = 100;

/** So many operands `AddN` takes, with its output and its uniforms, on every device. */
const MOST_OPERANDS = 8;

/**
 * Registers tfjs's backend for a device, with what this library needs of it:
 *
 * - What a batch says (ids, masks, labels) is looked at on the host, also after it has gone to the device. tfjs drops its copy then, and
 *   could get it back only by way of a canvas.
 * - Programs that write several tensors, or write into one that is there.
 * - A device that goes is an error that says so, where somebody waits for it.
 * - `AddN` takes any number of operands: tfjs binds them all at once, and a device has eight places.
 */
export function registerWebGpuBackend(
  { WebGPUBackend }: typeof Package,
  device: GpuDevice,
  info: object,
): void {
  const Base = WebGPUBackend as unknown as new (device: GpuDevice, info: object) => Internals;

  class Backend extends Base implements WebGpuBackend {
    private readonly pipelines = new Map<string, Pipeline>();

    override uploadToGPU(dataId: object): void {
      const data = this.tensorMap.get(dataId);
      const { values, dtype } = data;
      super.uploadToGPU(dataId);
      if (values && (dtype === "int32" || values.length <= FEW)) data.values = values;
    }

    hostValues({ dataId }: tf.TensorInfo): tf.TypedArray | undefined {
      return this.tensorMap.get(dataId).values ?? undefined;
    }

    override async read(dataId: object): Promise<unknown> {
      try {
        return await super.read(dataId);
      } catch (cause) {
        const lost = await Promise.race([device.lost, sleep(NEWS, undefined)]);
        if (!lost) throw cause;
        throw new EngineError(
          `The graphics device is gone (${(lost.message || lost.reason).replace(/\.$/, "")}). Choose another engine, or load the page or start the program again; a training goes on from its last checkpoint.`,
          { cause },
        );
      }
    }

    /** As tfjs's own `runWebGPUProgram`, for programs that say themselves what they bind. */
    dispatch({ key, source, writes, reads, settings, groups }: Dispatch): void {
      const tensors = [...writes, ...reads];
      for (const { dataId } of tensors) {
        this.uploadToGPU(dataId);
        this.commandQueueOwnedIds.add(dataId);
      }
      for (const { dataId } of writes) this.tensorMap.get(dataId).values = null;
      const uniforms = this.bufferManager.acquireBuffer(settings.byteLength, COPY_DST | UNIFORM);
      this.queue.writeBuffer(uniforms, 0, settings);
      this.uniformPendingDisposal.push(uniforms);
      const pipeline = this.pipelineOf(key, source);
      const bindings = [
        ...tensors.map((tensor) => this.tensorToBinding(tensor)),
        { buffer: uniforms, size: settings.byteLength },
      ];
      const group = this.device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: bindings.map((resource, binding) => ({ binding, resource })),
      });
      this.ensureCommandEncoderReady();
      this.computePassEncoder ??= this.commandEncoder.beginComputePass({});
      this.computePassEncoder.setPipeline(pipeline);
      this.computePassEncoder.setBindGroup(0, group);
      this.computePassEncoder.dispatchWorkgroups(...groups);
      if (++this.dispatchCountInPass < tf.env().getNumber("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE")) return;
      this.endComputePassEncoder();
      this.submitQueue();
    }

    private pipelineOf(key: string, source: () => string): Pipeline {
      let pipeline = this.pipelines.get(key);
      if (!pipeline) {
        const module = this.device.createShaderModule({ code: source(), label: key });
        pipeline = this.device.createComputePipeline({
          label: key,
          layout: "auto",
          compute: { module, entryPoint: "main" },
        });
        this.pipelines.set(key, pipeline);
      }
      return pipeline;
    }
  }

  // Loading the package has registered its own.
  if (tf.findBackendFactory("webgpu") !== null) tf.removeBackend("webgpu");
  tf.registerBackend("webgpu", () => new Backend(device, info) as unknown as tf.KernelBackend, 0);
  addInTurn();
  registerWebGpuKernels();
}

interface Pipeline {
  getBindGroupLayout(index: number): object;
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
      let sum = add(operands.slice(0, MOST_OPERANDS));
      for (let next = MOST_OPERANDS; next < operands.length; next += MOST_OPERANDS - 1) {
        const soFar = sum;
        sum = add([soFar, ...operands.slice(next, next + MOST_OPERANDS - 1)]);
        (backend as WebGpuBackend).disposeData(soFar.dataId);
      }
      return sum;
    },
  });
}
