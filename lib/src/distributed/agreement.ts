import { ConfigError } from "../errors";
import type { ProcessGroup } from "./process-group";

/** What has to be the same on all ranks, by the names under which a message tells it. */
export type Facts = Record<string, string | number | boolean | null>;

/**
 * Compares what has to be the same everywhere.
 *
 * @throws ConfigError on all ranks, which names the first rank that differs from rank 0, and in what
 */
export async function agree(group: ProcessGroup, purpose: string, facts: Facts): Promise<void> {
  const [first, ...others] = await group.gather(purpose, facts);
  for (const [index, other] of others.entries()) {
    const names = [...new Set([...Object.keys(first!), ...Object.keys(other)])];
    const differing = names.filter((name) => first![name] !== other[name]);
    if (differing.length === 0) continue;
    const rank = index + 1;
    const { host, pid } = group.members[rank]!;
    const told = differing.map((name) => {
      return `${name} is ${JSON.stringify(other[name])} there and ${JSON.stringify(first![name])} on rank 0`;
    });
    throw new ConfigError(
      `Rank ${rank} (process ${pid} on ${host}) would not train what rank 0 does: ${told.join("; ")}.`,
    );
  }
}
