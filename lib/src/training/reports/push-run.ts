import { PUSH_OPTIONS, pushToHub, type PushedCommit, type PushOptions } from "../../hub/push";
import { type CardedRun, type ModelCardOptions, writeModelCard } from "./model-card";

/** What is sent of a run: a Trainer. */
interface Run extends CardedRun {
  saveModel(directory: string): Promise<void>;
}

/** What the model card says, and how it is sent. */
export type PushRunOptions = PushOptions & ModelCardOptions;

/**
 * Sends a run's model, its tokenizer and a model card with the results (as text, and as the `model-index` that the Hub shows and
 * Python reads) to a repository of the Hub, which is made if there is none.
 *
 * @param name     "my-model" of your own account, or "owner/my-model"
 * @throws HubError
 * @see transformers.Trainer.push_to_hub
 * @example
 * await trainer.pushToHub("my-model", { dataset: "SST-2", datasetTags: ["nyu-mll/glue"], tasks: ["text-classification"] });
 */
export async function pushRun(run: Run, name: string, options: PushRunOptions): Promise<PushedCommit> {
  const isForPush = ([key]: [string, unknown]) => (PUSH_OPTIONS as readonly string[]).includes(key);
  const entries = Object.entries(options);
  const push: PushOptions = Object.fromEntries(entries.filter(isForPush));
  const card: ModelCardOptions = Object.fromEntries(entries.filter((entry) => !isForPush(entry)));
  const write = async (folder: string) => {
    await run.saveModel(folder);
    await writeModelCard(folder, { modelName: name.split("/").at(-1)!, ...card }, run);
  };
  return await pushToHub({ type: "model", name }, write, { commitMessage: "End of training", ...push });
}
