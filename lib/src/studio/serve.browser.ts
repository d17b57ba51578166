import { ConfigError } from "../errors";

/** @throws ConfigError always */
export function serveStudio(): Promise<never> {
  return Promise.reject(new ConfigError("serveStudio: a browser serves nobody."));
}

/** @throws ConfigError always */
export function writeStudio(): Promise<never> {
  return Promise.reject(new ConfigError("writeStudio: the studio is written by Node.js."));
}
