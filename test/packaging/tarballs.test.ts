import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { emptyFolder, pack, PACKAGES, ROOT } from "./packages";

const built = existsSync(path.join(ROOT, "notebook/dist/index.js"));

describe("the tarballs", { skip: built ? false : "not built" }, () => {
  const { folder, remove } = emptyFolder("tarballs");
  after(remove);

  for (const workspace of PACKAGES) {
    describe(workspace, () => {
      const tarball = built ? pack(workspace, path.join(folder, workspace)) : "";
      const unpacked = path.join(folder, workspace, "package");
      if (built) execFileSync("tar", ["-xzf", tarball, "-C", path.join(folder, workspace)]);
      const files = built ? readdirSync(unpacked, { recursive: true, encoding: "utf8" }) : [];
      const manifest = () =>
        JSON.parse(readFileSync(path.join(unpacked, "package.json"), "utf8")) as Record<string, unknown>;

      test("publint and attw find nothing", () => {
        const publint = [path.join(ROOT, "node_modules/publint/src/cli.js"), tarball, "--strict"];
        const attw = [path.join(ROOT, "node_modules/@arethetypeswrong/cli/dist/index.js"), tarball];
        // What is for browsers alone is an ES module alone.
        attw.push("--exclude-entrypoints", "web", "web/assets/*");
        for (const command of [publint, attw]) {
          const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
          assert.equal(status, 0, stdout + stderr);
        }
      });

      test("say who made them, under which licence and from which source", () => {
        const fields = [
          "license",
          "author",
          "repository",
          "homepage",
          "bugs",
          "publishConfig",
          "sideEffects",
        ];
        assert.deepEqual(
          fields.filter((field) => manifest()[field] === undefined),
          [],
        );
        for (const file of ["README.md", "LICENSE"]) assert.ok(files.includes(file), file);
        assert.equal(
          readFileSync(path.join(unpacked, "LICENSE"), "utf8"),
          readFileSync(path.join(ROOT, "LICENSE"), "utf8"),
        );
      });

      test("have no map without its source, and nothing of the workshop", () => {
        const texts = files.filter((file) => /^dist\/.*\.(js|mjs|ts|mts)$/.test(file));
        assert.ok(texts.length > 100);
        const lost = texts.flatMap((file) => {
          const text = readFileSync(path.join(unpacked, file), "utf8");
          const [, map] = /^\/\/# sourceMappingURL=(.*)$/m.exec(text) ?? [];
          if (map === undefined) return [];
          const place = path.join(unpacked, path.dirname(file));
          if (!existsSync(path.join(place, map))) return [`${file}: ${map}`];
          const { sources } = JSON.parse(readFileSync(path.join(place, map), "utf8")) as {
            sources: string[];
          };
          return sources.filter((source) => !existsSync(path.resolve(place, source)));
        });
        assert.deepEqual(lost, []);
        const strange = files
          .filter((file) => !file.startsWith("dist/data/"))
          .filter((file) => /(^|\/)(\.|node_modules|test)|\.(o|node|tgz)$/.test(file));
        assert.deepEqual(strange, []);
      });

      test("declare every package that they load", () => {
        const { dependencies, peerDependencies = {} } = manifest() as Record<string, Record<string, string>>;
        const declared = new Set([...Object.keys(dependencies!), ...Object.keys(peerDependencies)]);
        const own = manifest().name as string;
        const source = path.join(ROOT, workspace, "src");
        const named = readdirSync(source, { recursive: true, encoding: "utf8" })
          .filter((file) => file.endsWith(".ts"))
          // What a browser's bundle is made of is in it.
          .filter((file) => !/\.browser\.ts$|^browser|browser-files/.test(file))
          .flatMap((file) => {
            const text = readFileSync(path.join(source, file), "utf8").replace(
              /^\s*(\*|\/\/|`|lines\.push).*$/gm,
              "",
            );
            const found = text.matchAll(
              /(?:from |import |import\(|require\(|loadModule\(|\.resolve\()"(@?[a-z][\w.-]*(?:\/[\w./-]+)*)"/g,
            );
            return Array.from(found, ([, specifier]) => ({ file, specifier: specifier! }));
          });
        assert.ok(named.length > 10, `${named.length}`);
        const undeclared = named.filter(({ specifier }) => {
          if (specifier.startsWith("node:")) return false;
          const [scope = "", name = ""] = specifier.split("/");
          const packageName = scope.startsWith("@") ? `${scope}/${name}` : scope;
          return packageName !== own && !declared.has(packageName);
        });
        assert.deepEqual(undeclared, []);
      });

      test("depend on nothing by range, address or override", () => {
        const { dependencies, overrides } = manifest() as {
          dependencies: Record<string, string>;
          overrides?: unknown;
        };
        assert.equal(overrides, undefined);
        assert.deepEqual(
          Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
          [],
        );
      });
    });
  }

  test("the library brings its native sources and its data with their card", () => {
    const inside = (file: string) => existsSync(path.join(folder, "lib/package", file));
    for (const file of [
      "native/build.mjs",
      "native/binding.gyp",
      "native/src/addon.cc",
      "native/mpi/src/addon.cc",
      "assets/wasm/kernels.wasm",
      "assets/wasm/kernels.relaxed-simd.wasm",
      "assets/tfjs/gradients.js",
      "dist/data/README.md",
      "dist/data/reviews",
      "dist/data/challenge",
      "dist/data/bert-3x384/model.safetensors",
    ]) {
      assert.ok(inside(file), file);
    }
  });
});
