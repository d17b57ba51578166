export type EngineName = "tensorflow" | "wasm" | "cpu";

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
   * Loads and registers the backend; a second call does nothing more.
   * @throws EngineError if it cannot run here, saying why and what to do
   */
  load(): Promise<void>;
}
