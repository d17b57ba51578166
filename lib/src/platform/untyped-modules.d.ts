// Modules whose packages have types, but not where this resolution looks for them.
declare module "hyparquet/src/*";
declare module "object-inspect" {
  /** A value as a message shows it. */
  export default function inspect(value: unknown): string;
}
declare module "path-browserify" {
  export { default } from "node:path";
}
declare module "*/assets/wasm/work.mjs" {
  /** Works for ever as a thread of the wasm engine. */
  export function work(data: unknown, ready: () => void): never;
}
