import type { CallbackContext, Logs, TrainerCallback, TrainerControl } from "./callbacks";
import { idleControl } from "./flow";
import { initialState, type TrainerState } from "./state";
import type { TrainingArguments } from "./training-arguments";

/** Tells callbacks, in their order, what happens, and keeps what they are told of. @see transformers.CallbackHandler */
export class CallbackHandler implements CallbackContext {
  state: TrainerState = initialState(0, 0);
  control: TrainerControl = idleControl();

  constructor(
    readonly args: TrainingArguments,
    private readonly callbacks: TrainerCallback[],
  ) {}

  /** A run begins. */
  begin(state: TrainerState): void {
    this.state = state;
    this.control = idleControl();
  }

  add(callback: TrainerCallback): void {
    this.callbacks.push(callback);
  }

  async call(event: Exclude<keyof TrainerCallback, "onLog" | "onEvaluate">): Promise<void> {
    for (const callback of this.callbacks) await callback[event]?.(this.context());
  }

  /** Adds an entry to the log history and shows it. */
  async log(logs: Logs): Promise<void> {
    const { epoch, globalStep } = this.state;
    this.state.logHistory.push({ ...logs, epoch, step: globalStep });
    for (const callback of this.callbacks) await callback.onLog?.(this.context(), logs);
  }

  async evaluated(metrics: Logs): Promise<void> {
    for (const callback of this.callbacks) await callback.onEvaluate?.(this.context(), metrics);
  }

  private context(): CallbackContext {
    const { args, state, control } = this;
    return { args, state, control };
  }
}
