// A thread of the wasm engine in a browser: `lib/assets/wasm/worker.mjs`, told by a message what it is to work on.
import { work } from "../../../assets/wasm/work.mjs";
import type { ThreadData } from "./thread";

self.onmessage = ({ data }: MessageEvent<ThreadData>) => work(data, () => self.postMessage("ready"));
