import type { Engine, MatMulPrecision } from "../../engines/engine";
import { currentEngine } from "../../engines/engines";
import { warn } from "../../notices";

/**
 * Matrix products in bf16, where it is asked for and the engine can. It is the engine's, and so is chosen for a calculation
 * without an `await`, and taken back behind it: what else runs in the process meanwhile has a precision of its own.
 */
export class Precision {
  private engine: Engine | undefined;

  constructor(private readonly bf16: boolean) {}

  /** To be awaited once before {@link run}; says so where there is no bf16. */
  async prepare(): Promise<void> {
    const engine = await currentEngine();
    if (this.bf16 && !engine.supportsBf16 && this.engine !== engine) {
      warn(`bf16: the ${engine.name} engine has no bf16 matrix products; training runs in f32.`);
    }
    this.engine = engine;
  }

  /** Calls `body` with products in this precision. */
  run<T>(body: () => T): T {
    const { engine } = this;
    if (!engine?.setMatMulPrecision) return body();
    const wanted: MatMulPrecision = this.bf16 && engine.supportsBf16 ? "bf16" : "f32";
    const before = engine.setMatMulPrecision(wanted);
    try {
      return body();
    } finally {
      engine.setMatMulPrecision(before);
    }
  }
}
