import type { Engine } from "./engine";
import { cpuMemory } from "./host/host-memory";
import { hostKernels } from "./host/kernels";
import { registerKernels } from "./kernel";
import { silenceBanner } from "./banner";

/** tfjs's reference backend in plain JavaScript: slow, but always there. */
export const cpu: Engine = {
  name: "cpu",
  backend: "cpu",
  description: "plain JavaScript, one thread",
  supportsBf16: false,
  load() {
    silenceBanner();
    registerKernels("cpu", hostKernels, (backend, compute) => compute(cpuMemory(backend)));
    return Promise.resolve();
  },
};
