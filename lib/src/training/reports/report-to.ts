import { isFirstProcess } from "../../launch";
import { defaultCallbacks, type TrainerCallback } from "../callbacks";
import { ProgressCallback } from "../progress-callback";
import type { TrainingArguments } from "../training-arguments";
import { CsvCallback } from "./csv-callback";
import { TensorBoardCallback } from "./tensorboard-callback";

/** The callbacks that `reportTo` asks for. @see transformers.integrations.get_reporting_integration_callbacks */
export function reportingCallbacks({ reportTo }: TrainingArguments): TrainerCallback[] {
  const targets = typeof reportTo === "string" ? [reportTo] : reportTo;
  return targets.flatMap((target) => {
    if (target === "tensorboard") return new TensorBoardCallback();
    return target === "csv" ? new CsvCallback() : [];
  });
}

/** What shows and reports a run, beside the user's callbacks. Of several processes, the first one does so for all. */
export function ownCallbacks(args: TrainingArguments): TrainerCallback[] {
  if (!isFirstProcess()) return [];
  const byDefault = defaultCallbacks();
  return [...(byDefault.length > 0 ? byDefault : [new ProgressCallback()]), ...reportingCallbacks(args)];
}
