/** What a call of the file system fails of; named as POSIX and Node.js name it. */
const REASONS = {
  EEXIST: "file already exists",
  EBADF: "bad file descriptor",
  EINVAL: "invalid argument",
  EISDIR: "illegal operation on a directory",
  ENOENT: "no such file or directory",
  ENOSPC: "no space left: the browser gives this page no more storage",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  EPERM: "operation not permitted",
  EXDEV: "cross-device link not permitted",
} as const;

export type FailureCode = keyof typeof REASONS;

/** An error as Node.js's file system throws it: callers look at its `code`. */
export class FileSystemError extends Error {
  constructor(
    readonly code: FailureCode,
    readonly syscall: string,
    readonly path?: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${REASONS[code]}, ${syscall}${path === undefined ? "" : ` '${path}'`}`, options);
  }
}
