import type { PreTrainedTokenizer } from "../tokenizers/pretrained-tokenizer";
import type { DataCollator } from "./batch";
import { DataCollatorWithPadding } from "./data-collator-with-padding";
import { defaultDataCollator } from "./default-data-collator";

/** The collator for what a tokenizer has made: it pads with the tokenizer's piece. Without one, rows have to be of one length. */
export function collatorFor(processingClass: unknown): DataCollator {
  return isTokenizer(processingClass)
    ? new DataCollatorWithPadding({ tokenizer: processingClass })
    : defaultDataCollator;
}

/** Tokenizers are functions; see tokenizers/callable.ts. */
const isTokenizer = (value: unknown): value is PreTrainedTokenizer =>
  typeof value === "function" && "pad" in value && "padTokenId" in value;
