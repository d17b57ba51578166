import type { PreTrainedModel } from "../models/pretrained-model";

/** Asks a model without dropout; afterwards it trains, or does not, as before. */
export function withoutDropout<Answer>(model: PreTrainedModel<object>, ask: () => Answer): Answer {
  const wasTraining = model.training;
  model.eval();
  try {
    return ask();
  } finally {
    model.train(wasTraining);
  }
}
