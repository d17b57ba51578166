import { parse, UsageError } from "finetune-ts/internal";

/** `finetune kernel`: what Jupyter starts. */
export async function kernel(args: string[]): Promise<number> {
  const { values } = parse(args, { "connection-file": { type: "string" } }, 0);
  const file = values["connection-file"];
  if (typeof file !== "string") throw new UsageError("a kernel needs --connection-file FILE");
  const { startKernel } = await import("../kernel/server/start");
  await startKernel(file);
  return 0;
}
