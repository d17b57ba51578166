import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

/** What `npm ci` typed by hand does, and what a user of the package gets. */

const ROOT = path.resolve(__dirname, "../..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
interface Manifest {
  engines: { node: string };
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

test("no script of a package runs on installation", () => {
  assert.match(read(".npmrc"), /^ignore-scripts=true$/m);
});

test("the package does not bring the one that downloads hundreds of megabytes", () => {
  const { dependencies, optionalDependencies, peerDependenciesMeta } = JSON.parse(
    read("lib/package.json"),
  ) as Manifest;
  const gpu = "@tensorflow/tfjs-node-gpu";
  assert.ok(!(gpu in (dependencies ?? {})) && !(gpu in (optionalDependencies ?? {})));
  assert.deepEqual(peerDependenciesMeta?.[gpu], { optional: true });
});

test("SheetJS is one without known holes", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { version: string }>;
  };
  const [major, minor, patch] = packages["node_modules/xlsx"]!.version.split(".").map(Number);
  // CVE-2023-30533 (prototype pollution, 0.19.3) and CVE-2024-22363 (backtracking, 0.20.2).
  assert.ok(major! > 0 || minor! > 20 || (minor === 20 && patch! >= 2));
});

test("the versions of Node.js that are asked for are those that all packages take", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { engines?: { node?: string }; optional?: boolean }>;
  };
  const oldest = [20, 19];
  for (const [name, { engines }] of Object.entries(packages)) {
    const ranges = engines?.node?.split("||").map((range) => range.trim()) ?? [];
    const takes = ranges.some((range) => {
      const [, sign, major, minor = "0"] = /^(\^|>=|>|~)?\s*v?(\d+)(?:\.(\d+))?/.exec(range) ?? [];
      if (major === undefined) return true;
      if (Number(major) === oldest[0]) return Number(minor) <= oldest[1]!;
      return sign?.startsWith(">") === true && Number(major) < oldest[0]!;
    });
    assert.ok(ranges.length === 0 || takes, `${name} needs Node.js ${engines?.node}`);
  }
  assert.equal((JSON.parse(read("package.json")) as Manifest).engines.node, "^20.19.0 || ^22.13.0 || >=24");
});
