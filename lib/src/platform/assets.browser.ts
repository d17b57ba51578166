/** Where the bundle is; put in place by the bundler. */
declare const BUNDLE_URL: string;

let place: string | URL | Readonly<Record<string, Blob>> = "";

/**
 * Says where the files are that come with the library: the folder `assets` of this package's `dist/web`. They are looked for beside the
 * library's own file, where a bundler that makes one file of a page and its libraries has not put them.
 *
 * @param from  the folder's address, or the files themselves by their names, for a page that may ask no network
 * @example
 * useAssets("/static/finetune/");
 */
export function useAssets(from: string | URL | Readonly<Record<string, Blob>>): void {
  place = from;
}

/** The address of a file that comes with the library. @throws Error if it is not among those that were given */
export function assetUrl(file: string): string {
  if (typeof place === "object" && !(place instanceof URL)) {
    const blob = place[file];
    if (!blob) throw new Error(`${file} is not among the files that were given to useAssets`);
    return URL.createObjectURL(blob);
  }
  const base = place === "" ? new URL("./assets/", BUNDLE_URL) : new URL(place, location.href);
  return new URL(file, base.href.endsWith("/") ? base : `${base.href}/`).href;
}

/** A file that comes with the library. @throws Error that says where it was looked for */
export async function readAsset(file: string): Promise<ArrayBuffer> {
  if (typeof place === "object" && !(place instanceof URL)) {
    const blob = place[file];
    if (!blob) throw new Error(`${file} is not among the files that were given to useAssets`);
    return await blob.arrayBuffer();
  }
  const address = assetUrl(file);
  const response = await fetch(address).catch((cause: Error) => {
    throw new Error(`${address} cannot be loaded: ${cause.message}`, { cause });
  });
  if (response.ok) return await response.arrayBuffer();
  throw new Error(
    `${address} cannot be loaded: the server answers ${response.status}. Serve the library's folder assets, and say where with useAssets`,
  );
}
