import * as tf from "../tfjs";
import type { PreTrainedModel } from "../models/pretrained-model";

/**
 * Asks a model about a batch without dropout. Whatever comes of it, afterwards the batch is freed, and the model trains, or does not,
 * as before.
 */
export function askModel<Inputs extends object, Answer>(
  model: PreTrainedModel<object>,
  inputs: Inputs,
  ask: (inputs: Inputs) => Answer,
): Answer {
  const wasTraining = model.training;
  model.eval();
  try {
    return ask(inputs);
  } finally {
    model.train(wasTraining);
    tf.dispose(inputs as tf.TensorContainer);
  }
}
