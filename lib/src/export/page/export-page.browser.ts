import { ConfigError } from "../../errors";

/** @throws ConfigError always */
export function exportPage(): Promise<never> {
  return Promise.reject(new ConfigError("exportPage: its parts are read from packages of Node.js."));
}
