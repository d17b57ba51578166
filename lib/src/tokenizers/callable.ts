/**
 * Base of classes whose instances are functions: `tokenizer(text)`, `dataCollator(rows)`. Calling the instance runs its
 * `call` method. The subclass declares the call's signatures in an interface of its own name.
 */
export abstract class Callable {
  constructor() {
    const instance: unknown = (...args: never[]): unknown => (instance as this).call(...args);
    Object.setPrototypeOf(instance, new.target.prototype);
    return instance as this;
  }

  /** What a call of the instance does. */
  abstract call(...args: never[]): unknown;
}
