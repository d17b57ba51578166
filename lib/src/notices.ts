import { isFirstProcess } from "./launch";

/** What a user likes to know. Of several processes that train together, the first one says it for all. */
export function say(message: string): void {
  if (isFirstProcess()) console.info(message);
}

/** What a user should know and that stops nothing; said as {@link say} does. */
export function warn(message: string): void {
  if (isFirstProcess()) console.warn(message);
}
