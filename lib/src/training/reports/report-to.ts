import type { TrainerCallback } from "../callbacks";
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
