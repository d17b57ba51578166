/** The files of a dataset, wherever they lie: a folder, or a repository on the Hub. */
export interface FileSet {
  /** What messages call it. */
  readonly name: string;
  /** Whether it is a folder here. */
  readonly isLocal?: boolean;
  /** All files, relative to the set, with "/" between folders. */
  readonly paths: readonly string[];
  /** Brings a file here. @returns where it lies */
  fetch(path: string): Promise<string>;
  /** What messages call one of its files. */
  describe(path: string): string;
}
