import { JupyterHandlerImpl } from "tslab/dist/jupyter";
import { versions } from "tslab";
import type { CellError } from "./cell-error";
import type { CellExecutor } from "./executor";

type Handler = JupyterHandlerImpl;
type ExecuteRequest = Parameters<Handler["handleExecute"]>[0];
type WriteStream = Parameters<Handler["handleExecute"]>[1];
type WriteDisplayData = Parameters<Handler["handleExecute"]>[2];
type ExecuteReply = Awaited<ReturnType<Handler["handleExecute"]>>;
type KernelInfo = ReturnType<Handler["handleKernel"]>;

/** An `execute_reply` as the protocol wants it: with the error of a failed cell. */
export type CompleteExecuteReply = ExecuteReply & Partial<CellError>;

/** Writes as `process.stdout.write` may be called: the callback stands in either place. */
type Written = (error?: Error | null) => void;

/** tslab's request handler with complete replies. */
export class KernelHandler extends JupyterHandlerImpl {
  /** Number of the last cell that ran; 0 before the first. */
  executionCount = 0;

  constructor(private readonly cells: CellExecutor) {
    super(cells, false);
  }

  override handleKernel(): KernelInfo & { status: string } {
    const info = super.handleKernel();
    const { tslab, typescript } = versions;
    return {
      ...info,
      status: "ok",
      implementation: "finetune-ts",
      implementation_version: tslab,
      language_info: { ...info.language_info, version: typescript },
      banner: `TypeScript ${typescript} (finetune-ts on tslab ${tslab}, Node.js ${process.version})`,
    };
  }

  override async handleExecute(
    request: ExecuteRequest,
    writeStream: WriteStream,
    writeDisplayData: WriteDisplayData,
  ): Promise<CompleteExecuteReply> {
    const reply = await super.handleExecute(request, writeStream, writeDisplayData);
    this.executionCount = reply.execution_count ?? this.executionCount;
    // tslab's own word for a request that was cancelled because the one before it failed.
    if (reply.status === "abort") return { ...reply, status: "aborted" };
    if (reply.status === "ok") return { ...reply, payload: [], user_expressions: {} };
    const error = this.cells.lastError();
    return { ...reply, ...(error ?? { ename: "Error", evalue: "the cell failed", traceback: [] }) };
  }

  /** tslab's replacement for `process.stdout.write` forgets the callback, which some writers wait for. */
  override createWriteToIopub(
    name: "stdout" | "stderr",
    writeStream: WriteStream,
  ): (buffer: string | Uint8Array, encoding?: string) => boolean {
    const write = super.createWriteToIopub(name, writeStream);
    return (buffer, encoding?: string | Written, callback?: Written) => {
      const done = typeof encoding === "function" ? encoding : callback;
      write(buffer);
      if (done) process.nextTick(done);
      return true;
    };
  }

  /** Rejects the running cell, as SIGINT does. */
  interrupt(): void {
    this.cells.interrupt();
  }
}
