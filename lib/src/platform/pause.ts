/** Waits so many milliseconds. */
export { setTimeout as sleep } from "node:timers/promises";
/** Lets everything else that is ready have its turn. */
export { setImmediate as nextTurn } from "node:timers/promises";
