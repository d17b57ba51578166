import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

export const browserProgram = (): string | undefined =>
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((file) =>
    existsSync(file),
  );

/** A browser that ends with the test's process, which a signal ends at once, not when the browser is ready for it. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: browserProgram(), args: ["--no-sandbox"], handleSIGTERM: false });

/** Why a check in a browser is skipped; false when it is not. */
export const noBrowser: string | false =
  browserProgram() === undefined && "no chromium here; apt-get brings it";
