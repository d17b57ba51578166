/**
 * The errors that this library throws on purpose. Each message says what went wrong, where
 * (file, row, tensor), and what to do about it.
 *
 * @example
 * try {
 *   await trainer.train();
 * } catch (error) {
 *   if (error instanceof FinetuneError) console.error(error.message);
 *   else throw error; // a fault of the program
 * }
 */
export class FinetuneError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * A dataset that cannot be read or does not hold what is asked of it.
 *
 * @example
 * try {
 *   await loadDataset("reviews.csv");
 * } catch (error) {
 *   if (error instanceof DatasetError) console.log(error.message); // which file, which row, what to do
 * }
 */
export class DatasetError extends FinetuneError {}

/**
 * A tokenizer file that cannot be used, or text that it cannot take.
 *
 * @example
 * try {
 *   await AutoTokenizer.fromPretrained("folder-without-tokenizer");
 * } catch (error) {
 *   if (error instanceof TokenizerError) console.log(error.message);
 * }
 */
export class TokenizerError extends FinetuneError {}

/**
 * A model directory or weight file that is missing, damaged or does not fit the model.
 *
 * @example
 * try {
 *   await AutoModel.fromPretrained("damaged-folder");
 * } catch (error) {
 *   if (error instanceof CheckpointError) console.log(error.message); // which file, which tensor, what to do
 * }
 */
export class CheckpointError extends FinetuneError {}

/**
 * A configuration or argument with a value that cannot work.
 *
 * @example
 * try {
 *   new TrainingArguments({ outputDir: "out", learningRate: -1 });
 * } catch (error) {
 *   if (error instanceof ConfigError) console.log(error.message); // which argument, what it may be
 * }
 */
export class ConfigError extends FinetuneError {}

/**
 * A tensor engine that is unknown, not installed or unable to do what is asked.
 *
 * @example
 * try {
 *   await useEngine("native");
 * } catch (error) {
 *   if (error instanceof EngineError) await useEngine("wasm");
 * }
 */
export class EngineError extends FinetuneError {}

/** There is no memory left for a tensor; what was computed meanwhile is freed, and the engine goes on. */
export class OutOfMemoryError extends EngineError {}

/**
 * A notebook that did not run to its end: which cell, and why.
 *
 * @example
 * process.on("uncaughtException", (error) => {
 *   if (error instanceof NotebookError) console.error(error.message);
 * });
 */
export class NotebookError extends FinetuneError {}

/**
 * Why the Hub did not give what was asked of it. `network`: it was not reached; `offline`: it was not asked;
 * `unauthorized`, `gated`, `forbidden`: the token is missing, wrong or not enough; `server`: it failed; `damaged`: what
 * came has the wrong size or digest; `unsafe-path`: a path that leads out of the cache; `cache`: the cache cannot be
 * written; `invalid`: a name, address or token that cannot be one.
 */
export type HubFailure =
  | "network"
  | "offline"
  | "unauthorized"
  | "gated"
  | "forbidden"
  | "repository-not-found"
  | "revision-not-found"
  | "file-not-found"
  | "rate-limited"
  | "server"
  | "damaged"
  | "unsafe-path"
  | "cache"
  | "invalid";

/**
 * The Hugging Face Hub, or the way to it, did not give what was asked of it.
 *
 * @example
 * try {
 *   await loadDataset("owner/private-name");
 * } catch (error) {
 *   if (error instanceof HubError) console.log(error.message); // not there, no access, no network …
 * }
 */
export class HubError extends FinetuneError {
  constructor(
    message: string,
    readonly reason: HubFailure,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
