/** Where the bundle is; put in place by the bundler. */
declare const BUNDLE_URL: string;

/** The folder's address; undefined: beside the bundle. */
let folder: string | URL | undefined;
let blobs: Readonly<Record<string, Blob>> | undefined;

/**
 * Says where the files are that come with the library: the folder `assets` of this package's `dist/web`. They are looked for beside the
 * library's own file, where a bundler that makes one file of a page and its libraries has not put them.
 *
 * @param from  the folder's address, or the files themselves by their names, for a page that may ask no network
 * @example
 * useAssets("/static/finetune/");
 */
export function useAssets(from: string | URL | Readonly<Record<string, Blob>>): void {
  const isFolder = typeof from === "string" || from instanceof URL;
  folder = isFolder ? from : undefined;
  blobs = isFolder ? undefined : from;
}

/** The address of a file that comes with the library. @throws Error if it is not among those that were given */
export function assetUrl(file: string): string {
  if (blobs) return URL.createObjectURL(blobOf(blobs, file));
  const base = folder === undefined ? new URL("./assets/", BUNDLE_URL) : new URL(folder, location.href);
  return new URL(file, base.href.endsWith("/") ? base : `${base.href}/`).href;
}

/** A file that comes with the library. @throws Error that says where it was looked for */
export async function readAsset(file: string): Promise<ArrayBuffer> {
  if (blobs) return await blobOf(blobs, file).arrayBuffer();
  const address = assetUrl(file);
  const response = await fetch(address).catch((cause: Error) => {
    throw new Error(`${address} cannot be loaded: ${cause.message}`, { cause });
  });
  if (response.ok) return await response.arrayBuffer();
  throw new Error(
    `${address} cannot be loaded: the server answers ${response.status}. Serve the library's folder assets, and say where with useAssets`,
  );
}

function blobOf(among: Readonly<Record<string, Blob>>, file: string): Blob {
  if (Object.hasOwn(among, file)) return among[file]!;
  throw new Error(`${file} is not among the files that were given to useAssets`);
}
