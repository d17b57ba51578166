/**
 * The errors that this library throws on purpose. Each message says what went wrong, where
 * (file, row, tensor), and what to do about it.
 */
export class FinetuneError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A dataset that cannot be read or does not hold what is asked of it. */
export class DatasetError extends FinetuneError {}

/** A tokenizer file that cannot be used, or text that it cannot take. */
export class TokenizerError extends FinetuneError {}

/** A model directory or weight file that is missing, damaged or does not fit the model. */
export class CheckpointError extends FinetuneError {}

/** A configuration or argument with a value that cannot work. */
export class ConfigError extends FinetuneError {}

/** A tensor engine that is unknown, not installed or unable to do what is asked. */
export class EngineError extends FinetuneError {}

/** There is no memory left for a tensor; what was computed meanwhile is freed, and the engine goes on. */
export class OutOfMemoryError extends EngineError {}

/** A notebook that did not run to its end: which cell, and why. */
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

/** The Hugging Face Hub, or the way to it, did not give what was asked of it. */
export class HubError extends FinetuneError {
  constructor(
    message: string,
    readonly reason: HubFailure,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
