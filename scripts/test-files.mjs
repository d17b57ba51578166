import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

import { root } from "./setup.mjs";

/** The test files whose path contains one of the filters; all of them without any. Relative to the root. */
export function testFiles(filters) {
  const folder = join(root, "test");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true })
    .map((file) => join("test", String(file)))
    .filter((file) => file.endsWith(".test.ts"))
    .filter(
      (file) => filters.length === 0 || filters.some((part) => file.split(sep).join("/").includes(part)),
    )
    .sort();
}
