import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** What the processor is called; of a virtual machine that is often a brand alone, which Linux' numbers make exact. */
export function processor(): string {
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  const number = (key: string) => new RegExp(`^${key}\\s*: (\\d+)$`, "m").exec(info)?.[1];
  const [family, model] = [number("cpu family"), number("model")];
  const exactly = family && model ? ` (family ${family}, model ${model})` : "";
  return `${cpus()[0]?.model.trim() ?? process.arch}${exactly}, ${availableParallelism()} cores`;
}
