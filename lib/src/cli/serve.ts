import { once } from "node:events";
import { pipeline } from "../inference/pipeline";
import { serveClassifier } from "../inference/serving/serve-classifier";
import { openClassifier } from "./classifier";
import { keepOutputForJson, printJson } from "./talk";
import { parse, UsageError } from "./usage";

/** `finetune serve`: a classifier over HTTP, until a signal ends it. */
export async function serve(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    {
      port: { type: "string", default: "8000" },
      host: { type: "string", default: "127.0.0.1" },
      "batch-size": { type: "string", default: "32" },
      "most-waiting": { type: "string", default: "1024" },
      title: { type: "string" },
      json: { type: "boolean" },
    },
    1,
  );
  const [name] = positionals;
  if (name === undefined) throw new UsageError("serve: which model? A folder, or a name on the Hub");
  const number = (option: "port" | "batch-size" | "most-waiting", least: number) => {
    const value = Number(values[option]);
    if (Number.isInteger(value) && value >= least && values[option] !== "") return value;
    throw new UsageError(`--${option} is a whole number from ${least}, not "${values[option]}"`);
  };
  const options = {
    port: number("port", 0),
    host: values.host,
    batchSize: number("batch-size", 1),
    mostWaiting: number("most-waiting", 1),
    ...(values.title !== undefined && { title: values.title }),
  };
  if (values.json) keepOutputForJson();
  const { model, tokenizer } = await openClassifier(name);
  const classify = pipeline("text-classification", { model, tokenizer, batchSize: options.batchSize });
  await classify.warmUp();
  const server = await serveClassifier(classify, options);
  if (values.json) printJson({ model: name, address: server.address });
  else process.stdout.write(`${name} is served at ${server.address}; Ctrl-C ends it\n`);
  await Promise.race(["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => once(process, signal)));
  process.stderr.write("Ending: what has been asked is answered first.\n");
  await server.close();
  return 0;
}
