import { spawnSync } from "node:child_process";

/** The Python of FINETUNE_PYTHON, or why a test that needs some of its modules is skipped. */
export function pythonWith(...modules: readonly string[]): { python: string; skip: string | false } {
  const python = process.env.FINETUNE_PYTHON;
  const names = modules.join(", ");
  if (!python) return { python: "", skip: `FINETUNE_PYTHON names no Python with ${names}` };
  const { status } = spawnSync(python, ["-c", `import ${names}`], { stdio: "ignore" });
  return { python, skip: status === 0 ? false : `the Python of FINETUNE_PYTHON has not all of ${names}` };
}

/** Runs a script, which gets `input` as JSON and answers with JSON in its last line. */
export function askPython(python: string, script: string, args: readonly string[], input: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, [script, ...args], {
    input: JSON.stringify(input),
    maxBuffer: 2 ** 30,
    encoding: "utf8",
    env: { ...process.env, PYTHONUTF8: "1", HF_HUB_OFFLINE: "1", HF_DATASETS_OFFLINE: "1" },
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr.trim().split("\n").slice(-5).join("\n")}`);
  return JSON.parse(stdout.trim().split("\n").at(-1)!) as unknown;
}
