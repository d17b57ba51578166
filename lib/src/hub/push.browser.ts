import { HubError } from "../errors";
import type { PushedCommit, PushOptions } from "./push";

export const PUSH_OPTIONS: readonly (keyof PushOptions)[] = [];

/** @throws HubError always: a page has no token that it could be trusted with */
export function pushToHub(): Promise<PushedCommit> {
  return Promise.reject(
    new HubError(
      "A browser uploads nothing to the Hub. Save the model, download it, and push it from Node.js or Python.",
      "forbidden",
    ),
  );
}
