import { refuseUnknownOptions } from "../known-options";
import type { DownloadFileOptions } from "./download-file";
import { HUB_OPTIONS } from "./settings";
import { openSnapshot } from "./snapshot.browser";

/** One file of a public repository. @returns its path in the page's memory @throws HubError */
export async function downloadFile(options: DownloadFileOptions): Promise<string> {
  refuseUnknownOptions("downloadFile", options, [...HUB_OPTIONS, "repo", "path", "forceDownload"]);
  return await (await openSnapshot(options)).download(options.path);
}
