import assert from "node:assert/strict";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import {
  channelAddress,
  createConnectionFile,
  readConnectionFile,
} from "../../../notebook/src/kernel/protocol/connection";
import { temporaryFolder } from "../runner/temporary-notebook";

for (const transport of ["ipc", "tcp"] as const) {
  test(`a connection file by ${transport} is for this user's eyes, has five channels and a key, and can be removed`, async () => {
    const { info, path, remove } = await createConnectionFile("finetune", transport);
    try {
      assert.deepEqual(readConnectionFile(path), info);
      const ports = [info.shell_port, info.iopub_port, info.stdin_port, info.control_port, info.hb_port];
      assert.equal(new Set(ports).size, 5);
      assert.match(info.key, /^[0-9a-f]{64}$/);
      if (process.platform !== "win32") {
        assert.equal(statSync(path).mode & 0o777, 0o600);
        assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
      }
    } finally {
      remove();
    }
    assert.equal(existsSync(dirname(path)), false);
    remove();
  });
}

test("channels are sockets in the folder, or ports where it can hold none", async (t) => {
  const { info, path, remove } = await createConnectionFile("finetune");
  remove();
  if (process.platform !== "win32") {
    assert.equal(channelAddress(info, "hb"), `ipc://${dirname(path)}/kernel-5`);
  }
  const tooLong = join(temporaryFolder(t), "a".repeat(120));
  mkdirSync(tooLong);
  const before = process.env.TMPDIR;
  process.env.TMPDIR = tooLong;
  t.after(() => (before === undefined ? delete process.env.TMPDIR : (process.env.TMPDIR = before)));
  const elsewhere = await createConnectionFile("finetune");
  elsewhere.remove();
  assert.equal(channelAddress(elsewhere.info, "hb"), `tcp://127.0.0.1:${elsewhere.info.hb_port}`);
});

test("files that are no connection files are refused by name", (t) => {
  const file = join(temporaryFolder(t), "connection.json");
  assert.throws(() => readConnectionFile(file), /cannot read the connection file .*connection\.json/);
  writeFileSync(file, "{");
  assert.throws(() => readConnectionFile(file), /cannot read the connection file/);
  writeFileSync(file, '{"shell_port": 1}');
  assert.throws(() => readConnectionFile(file), /no stdin_port|no iopub_port/);
  writeFileSync(file, '{"signature_scheme": "hmac-md5"}');
  assert.throws(() => readConnectionFile(file), /hmac-md5/);
});
