/** Where the bundle is; put in place by the bundler. */
declare const BUNDLE_URL: string;

/**
 * The files beside the library's own. The addresses are written in the form in which those who bundle a page with it (Vite, webpack,
 * Parcel) find files that are to come along.
 */
const BESIDE: Readonly<Record<string, () => URL>> = {
  "kernels.wasm": () => new URL("./assets/kernels.wasm", BUNDLE_URL),
  "kernels.relaxed-simd.wasm": () => new URL("./assets/kernels.relaxed-simd.wasm", BUNDLE_URL),
};

/** The folder's address; undefined: beside the bundle. */
let folder: string | URL | undefined;
let blobs: Readonly<Record<string, Blob>> | undefined;

/**
 * Says where the files are that come with the library: the folder `assets` of this package's `dist/web`. They are looked for beside the
 * library's own file, where some bundlers put them (Vite, webpack) and others do not (esbuild).
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

/** A worker that runs a thread of the engine `wasm`. */
export function startThreadWorker(): Worker {
  const chosen = chosenUrl("thread.mjs");
  return chosen === undefined
    ? new Worker(new URL("./assets/thread.mjs", BUNDLE_URL), { type: "module" })
    : new Worker(chosen, { type: "module" });
}

/** A file that comes with the library. @throws Error that says where it was looked for */
export async function readAsset(file: string): Promise<ArrayBuffer> {
  if (blobs) return await blobOf(blobs, file).arrayBuffer();
  const address = chosenUrl(file) ?? BESIDE[file]?.().href;
  if (address === undefined) throw new Error(`${file} does not come with the library; give it to useAssets`);
  const response = await fetch(address).catch((cause: Error) => {
    throw new Error(`${address} cannot be loaded: ${cause.message}`, { cause });
  });
  // A server of single pages answers everything with its first one.
  const isPage = response.headers.get("content-type")?.startsWith("text/html") ?? false;
  if (response.ok && !isPage) return await response.arrayBuffer();
  throw new Error(
    `${address} cannot be loaded: the server answers ${isPage ? "with a page" : response.status}. Serve the folder dist/web/assets of finetune-ts, and say where with useAssets`,
  );
}

/** The address of a file where {@link useAssets} has said it; undefined where it has not. */
function chosenUrl(file: string): string | undefined {
  if (blobs) return URL.createObjectURL(blobOf(blobs, file));
  if (folder === undefined) return undefined;
  const { href } = new URL(folder, location.href);
  return new URL(file, href.endsWith("/") ? href : `${href}/`).href;
}

function blobOf(among: Readonly<Record<string, Blob>>, file: string): Blob {
  if (Object.hasOwn(among, file)) return among[file]!;
  throw new Error(`${file} is not among the files that were given to useAssets`);
}
