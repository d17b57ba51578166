import { existsSync } from "node:fs";
import path from "node:path";
import { exportPage } from "../export/page/export-page";
import { modelAndOutput, openClassifier } from "./classifier";
import { keepOutputForJson, printJson } from "./talk";
import { parse, UsageError } from "./usage";

/** `finetune page`: a page that classifies in the visitor's browser. */
export async function page(args: string[]): Promise<number> {
  const { values, positionals } = parse(
    args,
    {
      model: { type: "string" },
      output: { type: "string" },
      title: { type: "string" },
      example: { type: "string", multiple: true, default: [] as string[] },
      exact: { type: "boolean" },
      json: { type: "boolean" },
    },
    1,
  );
  const { model: name, output: asked } = modelAndOutput(positionals, values);
  if (name === undefined) throw new UsageError("page: of which model? A folder, or a name on the Hub");
  if (asked === undefined && !existsSync(name)) throw new UsageError("page: where to? --output DIRECTORY");
  if (values.json) keepOutputForJson();
  const { model, tokenizer } = await openClassifier(name);
  const output = asked ?? path.join(name, "page");
  const file = await exportPage(model, tokenizer, output, {
    examples: values.example,
    quantize: values.exact ? null : "int8",
    ...(values.title !== undefined && { title: values.title }),
  });
  if (values.json) printJson({ model: name, page: file });
  else process.stdout.write(`wrote ${file}: open it, or put the folder on any host\n`);
  return 0;
}
