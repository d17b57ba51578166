// A thread of the wasm engine in Node.js.
import { parentPort, workerData } from "node:worker_threads";
import { work } from "./work.mjs";

work(workerData, () => parentPort.postMessage("ready"));
