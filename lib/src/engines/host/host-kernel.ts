import type { Kernel } from "../kernel";
import type { HostMemory } from "./host-memory";

/** A kernel in TypeScript over host memory: what the backend `cpu` runs, and others where it is enough. */
export type HostKernel<Inputs extends string = string> = Kernel<HostMemory, Inputs>;
