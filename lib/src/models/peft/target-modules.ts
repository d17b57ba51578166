import { ConfigError } from "../../errors";
import { nearNames } from "../../near-names";
import { familyOf } from "../families";
import { Linear } from "../layers";
import type { NamedModule } from "../module";
import type { PreTrainedModel } from "../pretrained-model";
import type { LoraConfig } from "./lora-config";

const endsWith = (name: string, end: string) => name === end || name.endsWith(`.${end}`);

/** Whether a part belongs to the body, under whatever name of the whole. */
const isOfBody = (model: PreTrainedModel<object>, name: string) =>
  [...model.namedModules()].every((each) => each.name !== model.baseModelPrefix) ||
  name.startsWith(`${model.baseModelPrefix}.`);

/** The linear layers that get an update. @throws ConfigError where the names fit none */
export function targetModulesOf(
  model: PreTrainedModel<object>,
  { targetModules, modulesToSave }: LoraConfig,
): NamedModule[] {
  const targets = targetModules ?? familyOf(model.config.modelType)?.loraTargets ?? "all-linear";
  const layers = [...model.namedModules()].filter(
    ({ name, module }) =>
      module instanceof Linear &&
      !modulesToSave?.some((end) => endsWith(name, end) || name.includes(`${end}.`)),
  );
  const isTarget = (name: string) => {
    if (targets === "all-linear") return isOfBody(model, name);
    if (typeof targets === "string") return new RegExp(`^(?:${targets})$`).test(name);
    return targets.some((end) => endsWith(name, end));
  };
  const found = layers.filter(({ name }) => isTarget(name));
  if (found.length > 0) return found;
  const ends = new Set(layers.map(({ name }) => name.split(".").at(-1)!));
  const [near] = typeof targets === "string" ? [] : nearNames(targets[0] ?? "", ends);
  throw new ConfigError(
    `LoraConfig: targetModules ${JSON.stringify(targets)} fits no linear layer of ${model.architecture}; their names end in ` +
      `${[...ends].join(", ")}.${near === undefined ? "" : ` Did you mean '${near}'?`}`,
  );
}

/**
 * The parts that are trained whole; by default what has no place in the body.
 *
 * @throws ConfigError where the names fit none
 */
export function savedModulesOf(model: PreTrainedModel<object>, { modulesToSave }: LoraConfig): string[] {
  const names = Array.from(model.namedModules(), ({ name }) => name);
  if (!modulesToSave) return model.headModules.filter((name) => names.includes(name));
  const saved = names.filter((name) => modulesToSave.some((end) => endsWith(name, end)));
  // PEFT's files name parts of other models too ("classifier" and "score").
  if (saved.length > 0 || modulesToSave.length === 0) return saved;
  throw new ConfigError(
    `LoraConfig: modulesToSave ${JSON.stringify(modulesToSave)} names no part of ${model.architecture}.`,
  );
}
