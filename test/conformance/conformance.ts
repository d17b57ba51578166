import { readFileSync } from "../../lib/src/platform/files";
import path from "../../lib/src/platform/path";
import {
  AutoModelForMaskedLM,
  AutoModelForMultipleChoice,
  AutoModelForQuestionAnswering,
  AutoModelForSequenceClassification,
  AutoModelForTokenClassification,
  type AutoModelClass,
  type PreTrainedModel,
} from "../../lib/src/index";
import type { Check } from "./check";
import { ReferenceData } from "./data";
import { checkBf16, checkForward, checkTokens, forwardInputs } from "./forward";
import { checkGradients } from "./gradients";
import { openReference, type Forward, type Reference } from "./reference";
import { checkTraining } from "./training";

export interface ConformanceOptions {
  /** Folder with `sst2` and the tokenizer. */
  data: string;
  /** Only so many steps of the training run. Default: all. */
  steps?: number;
  onCheck?: (check: Check) => void;
  /** Something that could not be checked, and why. */
  onSkip?: (what: string) => void;
}

/** Repeats all that a reference folder holds, on the engine in use. */
export async function checkConformance(directory: string, options: ConformanceOptions): Promise<Check[]> {
  const { onCheck, onSkip, steps } = options;
  const reference = openReference(directory);
  const data = new ReferenceData(options.data);
  const all: Check[] = [];
  const add = (checks: Check[]) => {
    for (const check of checks) onCheck?.(check);
    all.push(...checks);
  };
  const model = await autoModelOf(reference).fromPretrained(reference.model);
  try {
    const { trace, trained } = reference;
    if (reference.forward) {
      const tokens = await checkTokens(reference.forward, data);
      if (tokens.length === 0 && !trace?.rows)
        onSkip?.("token ids: no sentences, or no tokenizer to repeat them with");
      add(tokens);
      add(await checkForward(model, reference.forward));
      add(await checkBf16(model, reference.forward));
    }
    if (reference.gradients) {
      const batch = await gradientBatch(reference, data, model.config.numLabels);
      if (batch) add(await checkGradients(model, forwardInputs(batch), reference.gradients));
      else onSkip?.("gradients.safetensors: neither forward.json nor the data says of which batch");
    }
    if (trace) {
      const reason = trace.rows ? undefined : data.lacks(trace.arguments.tokenizer);
      if (reason) onSkip?.(`trace.json: ${reason}`);
      else add(await checkTraining(model, trace, data, { steps, trained }));
    } else if (trained) onSkip?.("trained.safetensors: without trace.json nothing says how it was trained");
    return all;
  } finally {
    model.dispose();
  }
}

const TASKS: readonly [name: RegExp, auto: AutoModelClass<PreTrainedModel>][] = [
  [/ForMaskedLM$/, AutoModelForMaskedLM],
  [/ForMultipleChoice$/, AutoModelForMultipleChoice],
  [/ForTokenClassification$/, AutoModelForTokenClassification],
  [/ForQuestionAnswering$/, AutoModelForQuestionAnswering],
];

/** As the checkpoint says what it is; a classifier where it does not. */
function autoModelOf({ model }: Reference): AutoModelClass<PreTrainedModel> {
  const config = JSON.parse(readFileSync(path.join(model, "config.json"), "utf8")) as {
    architectures?: string[];
  };
  const architecture = config.architectures?.[0] ?? "";
  return TASKS.find(([name]) => name.test(architecture))?.[1] ?? AutoModelForSequenceClassification;
}

/** The batch of forward.json; without it the first eight training sentences, which is what make_reference.py takes. */
async function gradientBatch(
  { forward }: Reference,
  data: ReferenceData,
  classes: number,
): Promise<Forward | undefined> {
  if (forward?.labels ?? forward?.start_positions) return forward;
  if (data.lacks()) return undefined;
  const rows = [...(await data.rows("train", 8, classes))];
  const tokenizer = await data.tokenizer();
  const { input_ids, attention_mask } = tokenizer.pad(
    rows.map((row) => ({ input_ids: Array.from(row.input_ids as ArrayLike<number>) })),
  );
  return {
    input_ids: input_ids,
    attention_mask: attention_mask,
    labels: rows.map(({ label }) => label as number),
  };
}
