import "../parent-watch";
import { offerKernelBridge } from "../../notebook/kernel-bridge";
import { createCellExecutor } from "./executor";
import { KernelHandler } from "./handler";
import { KernelServer } from "./server";

/**
 * Makes this process the notebook kernel of a connection file; imports in cells are resolved from the current
 * folder. Ends the process on `shutdown_request`.
 */
export async function startKernel(connectionFile: string): Promise<void> {
  const server = new KernelServer(new KernelHandler(createCellExecutor(process.cwd())), connectionFile);
  process.on("SIGINT", () => server.interrupt());
  // A promise that a cell left behind must not take the kernel and every variable with it.
  process.on("uncaughtException", (error) => console.error("UncaughtException:", error));
  process.on("unhandledRejection", (reason) => console.error("UnhandledPromiseRejection:", reason));
  offerKernelBridge(server.bridge());
  await server.init();
  await server.closed;
  // Whatever cells have left running (timers, servers, tensors) ends here.
  process.exit(0);
}
