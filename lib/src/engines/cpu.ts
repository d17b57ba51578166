import type { Engine } from "./engine";
import { cpuMemory } from "./host/host-memory";
import { registerHostKernels } from "./host/host-kernel";
import { hostKernels } from "./host/kernels";
import { silenceBanner } from "./banner";

/** tfjs's reference backend in plain JavaScript: slow, but always there. */
export const cpu: Engine = {
  name: "cpu",
  backend: "cpu",
  description: "plain JavaScript, one thread",
  supportsBf16: false,
  load() {
    silenceBanner();
    registerHostKernels("cpu", cpuMemory, hostKernels);
    return Promise.resolve();
  },
};
