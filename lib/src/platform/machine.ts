/** What there is to know of the machine. */
export { availableParallelism, constants, endianness, homedir, hostname } from "node:os";
