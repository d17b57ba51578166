// The public surface of finetune-ts in a browser: index.ts, and what takes the place of folders there.

export * from "./index";
export { addFiles, fetchCheckpoint, filesIn, keepFolder, readBytes, removeFiles } from "./browser/files";
export type { FileContent } from "./browser/files";
export { zipFolder } from "./browser/zip-folder";
export { useAssets } from "./platform/assets.browser";
