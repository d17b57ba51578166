import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

export const browserProgram = (): string | undefined =>
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) =>
    existsSync(file),
  );

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserProgram(), args: ["--no-sandbox"] });

/** Why a check in a browser is skipped; false when it is not. */
export const noBrowser: string | false =
  browserProgram() === undefined && "no chromium here; apt-get brings it";
