/** What is said where it is. */
export const STORAGE_IS_FULL =
  "The browser's storage for this page is full: all goes on, but is lost if the page is closed before the model is downloaded.";

/** Whether an error says that the storage is full, or one that it came of does. */
export function isFull(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ((each as NodeJS.ErrnoException).code === "ENOSPC") return true;
  }
  return false;
}
