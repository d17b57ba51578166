export type EngineName = "native" | "tensorflow" | "webgpu" | "wasm" | "cpu";

/** What the operands of matrix products are rounded to; sums are f32 either way. */
export type MatMulPrecision = "f32" | "bf16";

/** A tensor engine: a tfjs backend and what has to happen before it runs. */
export interface Engine {
  name: EngineName;
  /** Name of the tfjs backend. */
  backend: string;
  /** Why one would choose it: ends the line that says which engine runs. */
  description: string;
  /** Whether matrix products can take bf16 operands. */
  supportsBf16: boolean;
  /**
   * Chooses the precision of matrix products from now on; there where {@link supportsBf16} may be true.
   * @returns the precision until now
   */
  setMatMulPrecision?(precision: MatMulPrecision): MatMulPrecision;
  /** How many processors its kernels calculate on from now on. */
  setThreads?(threads: number): void;
  /**
   * A file as memory, read when it is looked at. What is written to it is not written to the file.
   * @returns undefined for a file that cannot be mapped: it has to be read
   */
  mapFile?: (file: string) => ArrayBuffer | undefined;
  /** Whether, once it is loaded, others are better although they come after it. Default false. */
  onlyIfAsked?: boolean;
  /**
   * Loads and registers the backend; a second call does nothing more.
   * @throws EngineError if it cannot run here, saying why and what to do
   */
  load(): Promise<void>;
}
