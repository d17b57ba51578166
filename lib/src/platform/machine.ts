/** What there is to know of the machine. */
export { availableParallelism, constants, endianness, homedir, hostname, tmpdir } from "node:os";

/** Whether threads can work on this one's memory, and this one wait for them. */
export const canHaveThreads = (): boolean => true;
