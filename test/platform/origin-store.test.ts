import assert from "node:assert/strict";
import { test } from "node:test";
import * as files from "../../lib/src/platform/files.browser";
import { OriginStore } from "../../lib/src/platform/browser-files/origin-store";
import { locate, put } from "../../lib/src/platform/browser-files/tree";

class Killed extends Error {}

/** The origin's private storage as a browser has it, which can be killed at any of its calls, in the middle of a write too. */
class Disk {
  readonly files = new Map<string, Uint8Array>();
  private readonly open = new Set<string>();
  /** Calls that are still answered. */
  calls = Infinity;
  /** Whether others have their turn while it is asked, as in a browser. */
  isSlow = false;
  /** Bytes that there is room for. */
  quota = Infinity;

  private call(): void {
    if (--this.calls < 0) throw new Killed();
  }

  /** Somebody has closed the tab: nothing is open any more. */
  restart(): void {
    this.open.clear();
    this.calls = Infinity;
  }

  get used(): number {
    return [...this.files.values()].reduce((sum, { length }) => sum + length, 0);
  }

  readonly directory = {
    getDirectoryHandle: () => Promise.resolve(this.directory),
    keys: () => [...this.files.keys()].values(),
    removeEntry: async (name: string) => {
      await this.pause();
      this.call();
      this.files.delete(name);
    },
    getFileHandle: async (name: string, { create }: { create: boolean }) => {
      await this.pause();
      this.call();
      if (create && !this.files.has(name)) this.files.set(name, new Uint8Array());
      return { createSyncAccessHandle: () => this.access(name) };
    },
  };

  private async pause(): Promise<void> {
    if (this.isSlow) await new Promise((resolve) => setImmediate(resolve));
  }

  private async access(name: string): Promise<object> {
    await this.pause();
    if (this.open.has(name)) throw Object.assign(new Error("locked"), { name: "NoModificationAllowedError" });
    this.open.add(name);
    const content = () => this.files.get(name)!;
    const resize = (size: number) => {
      const bytes = new Uint8Array(size);
      bytes.set(content().subarray(0, size));
      this.files.set(name, bytes);
    };
    return {
      getSize: () => content().length,
      read: (into: Uint8Array, { at }: { at: number }) => {
        const piece = content().subarray(at, at + into.length);
        into.set(piece);
        return piece.length;
      },
      write: (bytes: Uint8Array, { at }: { at: number }) => {
        const isLast = this.calls === 0;
        const written = isLast ? bytes.subarray(0, Math.floor(bytes.length / 2)) : bytes;
        const more = Math.max(0, at + written.length - content().length);
        if (this.used + more > this.quota)
          throw Object.assign(new Error("full"), { name: "QuotaExceededError" });
        if (more > 0) resize(at + written.length);
        content().set(written, at);
        this.call();
        return bytes.length;
      },
      truncate: (size: number) => {
        this.call();
        resize(size);
      },
      flush: () => this.call(),
      close: () => this.open.delete(name),
    };
  }
}

let mounts = 0;

/** Opens what the disk holds, under a name of its own: the modules' files are there once for all tests. */
async function mount(disk: Disk): Promise<string> {
  Object.defineProperty(globalThis, "navigator", {
    value: { storage: { getDirectory: () => Promise.resolve(disk.directory) } },
    configurable: true,
  });
  const folder = `/mounted-${mounts++}`;
  const store = await OriginStore.open("kept");
  put(locate(folder, "mount"), store.root);
  return folder;
}

/** Replaces a folder as the library's checkpoints are: beside it, then by renames. */
async function replace(folder: string, version: number): Promise<void> {
  const text = `${version} `.repeat(2000);
  await files.mkdir(`${folder}/new`);
  for (const name of ["weights", "state"]) {
    const handle = await files.open(`${folder}/new/${name}`, "w");
    await handle.write(Buffer.from(text));
    await handle.sync();
    await handle.close();
  }
  if (files.existsSync(`${folder}/checkpoint`)) await files.rename(`${folder}/checkpoint`, `${folder}/old`);
  await files.rename(`${folder}/new`, `${folder}/checkpoint`);
  await files.rm(`${folder}/old`, { recursive: true, force: true });
}

async function versionOf(folder: string): Promise<number> {
  const texts = await Promise.all(
    ["weights", "state"].map(async (name) => String(await files.readFile(`${folder}/${name}`, "utf8"))),
  );
  const version = Number(texts[0]!.split(" ")[0]);
  for (const text of texts) assert.equal(text, `${version} `.repeat(2000), "not whole");
  return version;
}

test("what was kept is there when the page is opened again, and what nobody names is not", async () => {
  const disk = new Disk();
  const first = await mount(disk);
  await replace(first, 1);
  await replace(first, 2);
  files.appendFileSync(`${first}/log`, "one\n");
  files.appendFileSync(`${first}/log`, "two\n");
  await files.mkdir(`${first}/deep/er`, { recursive: true });
  disk.restart();
  const second = await mount(disk);
  assert.deepEqual((await files.readdir(second)).sort(), ["checkpoint", "deep", "log"]);
  assert.equal(await versionOf(`${second}/checkpoint`), 2);
  assert.equal(files.readFileSync(`${second}/log`, "utf8"), "one\ntwo\n");
  // Two lists, and three files.
  assert.equal(disk.files.size, 5);
});

test("a page that is killed at any call leaves the old checkpoint or the new one", async () => {
  let calls = 0;
  let old = 0;
  for (; ; calls++) {
    const disk = new Disk();
    const folder = await mount(disk);
    await replace(folder, 1);
    disk.calls = calls;
    const killed = await replace(folder, 2).then(
      () => false,
      (error: unknown) => {
        assert.ok(error instanceof Killed, String(error));
        return true;
      },
    );
    disk.restart();
    const opened = await mount(disk);
    const place = ["checkpoint", "old"].map((name) => `${opened}/${name}`).find(files.existsSync);
    assert.ok(place !== undefined, `killed at call ${calls}: nothing is left`);
    const version = await versionOf(place);
    if (version === 1) old++;
    // It can be worked on, whatever was under way.
    await files.rm(`${opened}/new`, { recursive: true, force: true });
    if (!files.existsSync(`${opened}/checkpoint`))
      await files.rename(`${opened}/old`, `${opened}/checkpoint`);
    await files.rm(`${opened}/old`, { recursive: true, force: true });
    await replace(opened, 3);
    assert.equal(await versionOf(`${opened}/checkpoint`), 3);
    if (!killed) break;
  }
  assert.ok(calls > 20 && old > 5, `${calls} calls, ${old} times the old one`);
});

test("a full storage is said, and what was there stays", async () => {
  const disk = new Disk();
  const folder = await mount(disk);
  await replace(folder, 1);
  disk.quota = disk.used + 1000;
  await assert.rejects(replace(folder, 2), (error: NodeJS.ErrnoException) => error.code === "ENOSPC");
  assert.equal(await versionOf(`${folder}/checkpoint`), 1);
  await files.rm(`${folder}/new`, { recursive: true });
  disk.restart();
  const opened = await mount(disk);
  assert.equal(await versionOf(`${opened}/checkpoint`), 1);
  assert.equal(files.existsSync(`${opened}/new`), false);
});

test("a second tab is told of the first", { timeout: 20_000 }, async () => {
  const disk = new Disk();
  await mount(disk);
  await assert.rejects(mount(disk), /Another tab works on what this page keeps/);
});

test("a file that is deleted while it is open goes on", async () => {
  const disk = new Disk();
  const folder = await mount(disk);
  await files.writeFile(`${folder}/a`, "there");
  const handle = await files.open(`${folder}/a`, "r");
  await files.rm(`${folder}/a`);
  assert.equal(String(await handle.readFile()), "there");
  await handle.close();
});

test("files that are made while a list is written are whole or in none, whenever the page is killed", async () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const disk = new Disk();
  const folder = await mount(disk);
  await files.mkdir(`${folder}/early`);
  disk.isSlow = true;
  /** What every kill from here on would leave. */
  const leavings: Disk[] = [];
  const watch = async (turns: number) => {
    for (let i = 0; i < turns; i++) {
      await turn();
      const left = new Disk();
      for (const [name, bytes] of disk.files) left.files.set(name, bytes.slice());
      leavings.push(left);
    }
  };
  files.appendFileSync(`${folder}/late`, "late\n");
  await watch(1);
  // The folder has been looked through by now, and the list is not written yet.
  files.appendFileSync(`${folder}/early/new`, "new\n");
  const opening = files.open(`${folder}/early/opened`, "w");
  await watch(20);
  const handle = await opening;
  await handle.write(Buffer.from("opened\n"));
  await handle.sync();
  await handle.close();
  await watch(20);
  for (const left of leavings) {
    const opened = await mount(left);
    for (const entry of await files.readdir(opened, { withFileTypes: true, recursive: true })) {
      if (entry.name === "early" || entry.name === "opened") continue;
      assert.equal(files.readFileSync(`${entry.parentPath}/${entry.name}`, "utf8"), `${entry.name}\n`);
    }
  }
  leavings.at(-1)!.restart();
  const last = await mount(leavings.at(-1)!);
  assert.deepEqual((await files.readdir(`${last}/early`)).sort(), ["new", "opened"]);
  assert.equal(files.readFileSync(`${last}/early/opened`, "utf8"), "opened\n");
});

test("a content that somebody has deleted keeps nobody from the others", async () => {
  const disk = new Disk();
  const folder = await mount(disk);
  await files.writeFile(`${folder}/a`, "first");
  await files.writeFile(`${folder}/b`, "second");
  disk.restart();
  const number = [...disk.files].find(([, bytes]) => Buffer.from(bytes).toString() === "first")![0];
  disk.files.delete(number);
  const opened = await mount(disk);
  assert.deepEqual(await files.readdir(opened), ["b"]);
  assert.equal(files.readFileSync(`${opened}/b`, "utf8"), "second");
});
