import "../parent-watch";
import { CellCompiler } from "../compiler/cell-compiler";
import { readConnectionFile } from "../protocol/connection";
import { History, historyFile } from "./history";
import { describeExit, KernelServer } from "./server";

/**
 * Makes this process the notebook kernel of a connection file; imports in cells are resolved from the current
 * folder. Ends the process on `shutdown_request`.
 */
export async function startKernel(connectionFile: string): Promise<void> {
  const connection = readConnectionFile(connectionFile);
  const compiler = new CellCompiler(process.cwd());
  const server = new KernelServer(connection, compiler, new History(historyFile()));
  process.on("SIGINT", () => server.interrupt());
  for (const [signal, number] of [
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ] as const) {
    process.on(signal, () => {
      server.kill();
      process.exit(128 + number);
    });
  }
  await server.start();
  // The compiler reads its libraries once; better now than when the first cell waits.
  setImmediate(() => compiler.consult("", () => undefined));
  const death = await server.ended;
  await server.close();
  if (!death) process.exit(0);
  process.stderr.write(`the process of the cells ${describeExit(death)}\n`);
  process.exit(death.code ?? 1);
}
