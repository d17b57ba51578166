import { ConfigError } from "../../errors";

/** @throws ConfigError always */
export function serveClassifier(): Promise<never> {
  return Promise.reject(
    new ConfigError("serveClassifier: a browser serves nobody. Call the pipeline itself."),
  );
}
