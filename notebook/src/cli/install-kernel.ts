import { dirname, join } from "node:path";
import { parse } from "finetune-ts/internal";

/** `finetune install-kernel`: makes the kernel known to Jupyter, or takes that back. */
export async function installKernel(args: string[]): Promise<number> {
  const { values } = parse(
    args,
    {
      prefix: { type: "string" },
      "sys-prefix": { type: "boolean" },
      user: { type: "boolean" },
      name: { type: "string" },
      remove: { type: "boolean" },
    },
    0,
  );
  const place = { name: values.name, prefix: values.prefix, sysPrefix: values["sys-prefix"] };
  const { installKernelspec, removeKernelspec } = await import("../kernel/kernelspec");
  if (values.remove) {
    process.stdout.write(`removed ${removeKernelspec(place)}\n`);
    return 0;
  }
  const file = installKernelspec(
    join(dirname(require.resolve("finetune-ts/package.json")), "bin", "finetune.js"),
    place,
  );
  process.stdout.write(`wrote ${file}\nJupyter now offers the kernel "TypeScript (finetune-ts)".\n`);
  return 0;
}
