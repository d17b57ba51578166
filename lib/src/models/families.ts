import { albert } from "./albert/family";
import type { AlbertSettings } from "./albert/configuration";
import { bert } from "./bert/family";
import { debertaV2 } from "./deberta-v2/family";
import type { DebertaV2Settings } from "./deberta-v2/configuration";
import type { DistilBertSettings } from "./distilbert/configuration";
import { distilbert } from "./distilbert/family";
import type { ElectraSettings } from "./electra/configuration";
import { electra } from "./electra/family";
import type { ConfigOptions } from "./encoder/configuration";
import type { Family } from "./family";
import { modernbert } from "./modernbert/family";
import type { ModernBertSettings } from "./modernbert/configuration";
import { mpnet } from "./mpnet/family";
import type { MPNetSettings } from "./mpnet/configuration";
import { camembert } from "./roberta/camembert";
import { roberta } from "./roberta/family";
import { xlmRoberta } from "./roberta/xlm-roberta";

/** All that there are. A new one is a folder, and a line here. */
export const FAMILIES: readonly Family[] = [
  albert,
  bert,
  camembert,
  debertaV2,
  distilbert,
  electra,
  modernbert,
  mpnet,
  roberta,
  xlmRoberta,
];

const BY_TYPE = new Map<unknown, Family>(FAMILIES.map((family) => [family.configuration.modelType, family]));

/** @param modelType  as a `config.json` has it */
export const familyOf = (modelType: unknown): Family | undefined => BY_TYPE.get(modelType);

/** The settings of all families. */
interface AnySettings
  extends
    AlbertSettings,
    DebertaV2Settings,
    DistilBertSettings,
    ElectraSettings,
    ModernBertSettings,
    MPNetSettings {}

/** Settings of any family, where it shows only in the checkpoint which it is. */
export type ConfigOverrides = ConfigOptions<AnySettings>;

/** Their names. */
export const CONFIG_OPTIONS: readonly string[] = [
  ...new Set(FAMILIES.flatMap(({ configuration }) => configuration.optionNames)),
];
