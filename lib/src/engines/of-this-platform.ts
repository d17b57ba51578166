import { cpu } from "./cpu";
import type { Engine } from "./engine";
import { native } from "./native/native";
import { tensorflow } from "./tensorflow";
import { webgpu } from "./webgpu/webgpu";
import { wasm } from "./wasm/wasm";

/** The engines that a Node.js can have, best first. */
export const ENGINES: readonly Engine[] = [native, tensorflow, webgpu, wasm, cpu];
