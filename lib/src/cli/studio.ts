import { serveStudio, writeStudio } from "../studio/serve";
import { printJson } from "./talk";
import { parse, UsageError } from "./usage";

/** `finetune studio`: a page in which a visitor fine-tunes a classifier on his own device. */
export async function studio(args: string[]): Promise<number> {
  const { values } = parse(
    args,
    {
      model: { type: "string" },
      port: { type: "string", default: "0" },
      output: { type: "string" },
      json: { type: "boolean" },
    },
    0,
  );
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`studio: --port ${values.port} is no port; it is a whole number up to 65535`);
  }
  const options = values.model === undefined ? {} : { model: values.model };
  if (values.output !== undefined) {
    const page = await writeStudio(values.output, options);
    if (values.json) printJson({ page });
    else
      process.stdout.write(`wrote ${page}: put its folder on any host that serves https (docs/studio.md)\n`);
    return 0;
  }
  const { address, close } = await serveStudio({ ...options, port });
  if (values.json) printJson({ address });
  else process.stdout.write(`The studio is at ${address}. Ctrl-C ends it.\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, resolve);
  });
  await close();
  return 0;
}
