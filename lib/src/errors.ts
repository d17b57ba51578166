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

/** A notebook that did not run to its end: which cell, and why. */
export class NotebookError extends FinetuneError {}
