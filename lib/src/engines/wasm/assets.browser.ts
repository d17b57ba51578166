import { EngineError } from "../../errors";

/** Where the bundle is; put in place by the bundler. */
declare const BUNDLE_URL: string;

let folder: string | URL | undefined;

/**
 * Says where the folder `assets` of this package's `dist/browser` is served, if it is not beside the library's own file: a bundler that
 * makes one file of a page and its libraries leaves it behind.
 *
 * @example
 * useAssets("/static/finetune/");
 */
export function useAssets(url: string | URL): void {
  folder = url;
}

/** Where a file lies that comes with the library. */
export function assetUrl(file: string): URL {
  const base = folder === undefined ? new URL("./assets/", BUNDLE_URL) : new URL(folder, location.href);
  return new URL(file, base.href.endsWith("/") ? base : `${base.href}/`);
}

/** A compiled module of `lib/assets/wasm`. */
export async function readAsset(file: string): Promise<ArrayBuffer> {
  const { href } = assetUrl(file);
  const response = await fetch(href).catch((cause: Error) => {
    throw new EngineError(`${href} cannot be loaded: ${cause.message}`, { cause });
  });
  if (!response.ok) {
    throw new EngineError(
      `${href} cannot be loaded: the server answers ${response.status}. Serve the library's folder assets, and say where with useAssets.`,
    );
  }
  return await response.arrayBuffer();
}
