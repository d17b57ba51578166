import assert from "node:assert/strict";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import {
  channelAddress,
  createConnectionFile,
  readConnectionFile,
} from "../../../notebook/src/kernel/protocol/connection";
import { temporaryFolder } from "../runner/temporary-notebook";

test("a connection file is for this user's eyes, has five ports and a key, and can be removed", async () => {
  const { info, path, remove } = await createConnectionFile("finetune");
  try {
    assert.deepEqual(readConnectionFile(path), info);
    const ports = [info.shell_port, info.iopub_port, info.stdin_port, info.control_port, info.hb_port];
    assert.equal(new Set(ports).size, 5);
    // Above, another program that connects somewhere may be given one before the kernel has started.
    for (const port of ports) assert.ok(port >= 20_000 && port < 32_000, String(port));
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

test("addresses are those of the transport", async () => {
  const { info, remove } = await createConnectionFile("finetune");
  remove();
  assert.equal(channelAddress(info, "hb"), `tcp://127.0.0.1:${info.hb_port}`);
  assert.equal(
    channelAddress({ ...info, transport: "ipc", ip: "/tmp/k", hb_port: 5 }, "hb"),
    "ipc:///tmp/k-5",
  );
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
