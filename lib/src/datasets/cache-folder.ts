import { homedir } from "../platform/machine";
import path from "../platform/path";

/**
 * Where datasets keep what can be made again: `finetune-ts` in `HF_DATASETS_CACHE`, which is `datasets` in `HF_HOME`,
 * which is ~/.cache/huggingface, as in Python.
 */
export function datasetsCache(...parts: string[]): string {
  const { HF_DATASETS_CACHE, HF_HOME, XDG_CACHE_HOME } = process.env;
  const home = HF_HOME || path.join(XDG_CACHE_HOME || path.join(homedir(), ".cache"), "huggingface");
  const root = HF_DATASETS_CACHE || path.join(home, "datasets");
  const expanded = root.startsWith("~/") ? path.join(homedir(), root.slice(2)) : root;
  return path.resolve(expanded, "finetune-ts", ...parts);
}
