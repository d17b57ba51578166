import { currentEngine } from "../engines/engines";

/** Matrix products in bf16, where it is asked for and the engine can; says once where it cannot. */
export class Precision {
  private said = false;

  constructor(private readonly bf16: boolean) {}

  /** @returns a function that goes back to the precision before */
  async choose(): Promise<() => void> {
    const engine = await currentEngine();
    const before = engine.setMatMulPrecision?.(this.bf16 && engine.supportsBf16 ? "bf16" : "f32");
    if (this.bf16 && !engine.supportsBf16 && !this.said) {
      this.said = true;
      console.warn(`bf16: the ${engine.name} engine has no bf16 matrix products; training runs in f32.`);
    }
    return () => {
      if (before) engine.setMatMulPrecision?.(before);
    };
  }
}
