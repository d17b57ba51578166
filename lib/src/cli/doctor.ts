import { parse } from "./usage";

/** `finetune doctor`: what runs here. */
export async function doctor(args: string[]): Promise<number> {
  parse(args, {}, 0);
  const { describeInstallation } = await import("../kernel/doctor");
  const { useEngine } = await import("../engines/engines");
  process.stdout.write(await describeInstallation());
  // Says which engine runs and why, or which name in FINETUNE_ENGINE does not do.
  await useEngine();
  return 0;
}
