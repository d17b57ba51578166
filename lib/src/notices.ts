import { isFirstProcess } from "./launch";

/** What a user should know and that stops nothing. Of several processes that train together, the first one says it for all. */
export function warn(message: string): void {
  if (isFirstProcess()) console.warn(message);
}
