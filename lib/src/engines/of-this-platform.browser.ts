import { cpu } from "./cpu";
import type { Engine } from "./engine";
import { webgpu } from "./webgpu/webgpu";
import { wasm } from "./wasm/wasm";

/** The engines that a browser can have, best first. */
export const ENGINES: readonly Engine[] = [webgpu, wasm, cpu];
