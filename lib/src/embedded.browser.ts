import { existsSync } from "./platform/files";

/** No dataset and no checkpoint is in the bundle: a page brings them as files, with `addFiles` or `fetchFiles`, and says where. */
const folderOf = (name: string): string | undefined => [`/embedded/${name}`].find(existsSync);

export const EMBEDDED_DATASETS: readonly string[] = [];
export const EMBEDDED_CHECKPOINTS: readonly string[] = [];
export const embeddedDataset = folderOf;
export const embeddedCheckpoint = folderOf;
