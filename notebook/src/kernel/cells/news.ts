import { writeSync } from "node:fs";
import { PIPES, type NewsOfCells } from "../protocol/cell-messages";

/**
 * Tells the server something. The pipe takes it at once, also while a cell never yields; when the server is gone,
 * so is this process.
 */
export function tell(news: NewsOfCells): void {
  const line = Buffer.from(JSON.stringify(news) + "\n");
  for (let from = 0; from < line.length;) {
    try {
      from += writeSync(PIPES.news, line, from);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN") process.kill(process.pid, "SIGKILL");
    }
  }
}
