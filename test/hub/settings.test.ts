import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import test from "node:test";
import { hubSettings, splitHubOptions } from "../../lib/src/hub/settings";
import { hubError, temporaryFolder } from "./support";

test("the environment says where, as in Python; what a call says goes first", () => {
  const home = path.join(homedir(), ".cache/huggingface/hub");
  assert.equal(hubSettings({}, {}).cacheDir, home);
  assert.equal(hubSettings({}, { XDG_CACHE_HOME: "/x" }).cacheDir, path.resolve("/x/huggingface/hub"));
  assert.equal(hubSettings({}, { HF_HOME: "/h" }).cacheDir, path.resolve("/h/hub"));
  assert.equal(hubSettings({}, { HF_HOME: "~/h" }).cacheDir, path.join(homedir(), "h/hub"));
  assert.equal(hubSettings({}, { HF_HOME: "/h", HF_HUB_CACHE: "/c" }).cacheDir, path.resolve("/c"));
  assert.equal(hubSettings({ cacheDir: "/d" }, { HF_HUB_CACHE: "/c" }).cacheDir, path.resolve("/d"));
  assert.equal(hubSettings({}, {}).endpoint, "https://huggingface.co");
  assert.equal(hubSettings({}, { HF_ENDPOINT: "http://mirror:8080/hf/" }).endpoint, "http://mirror:8080/hf");
  assert.equal(
    hubSettings({ endpoint: "http://other" }, { HF_ENDPOINT: "http://mirror" }).endpoint,
    "http://other",
  );
  for (const HF_ENDPOINT of ["mirror", "ftp://mirror", "https://"]) {
    assert.throws(() => hubSettings({}, { HF_ENDPOINT }), hubError("invalid", /HF_ENDPOINT/));
  }
  assert.equal(hubSettings({}, {}).revision, "main");
  for (const yes of ["1", "ON", "yes", "True"])
    assert.equal(hubSettings({}, { HF_HUB_OFFLINE: yes }).offline, true);
  for (const no of ["", "0", "no"]) assert.equal(hubSettings({}, { HF_HUB_OFFLINE: no }).offline, false);
  assert.equal(hubSettings({}, { TRANSFORMERS_OFFLINE: "1" }).offline, true);
  assert.equal(hubSettings({ localFilesOnly: false }, { HF_HUB_OFFLINE: "1" }).offline, false);
  assert.equal(hubSettings({}, { HF_HUB_ETAG_TIMEOUT: "3" }).answerTimeoutMs, 3000);
  assert.equal(hubSettings({}, { HF_HUB_DOWNLOAD_TIMEOUT: "soon" }).bodyTimeoutMs, 10_000);
});

test("the access token: call, HF_TOKEN, then the file of a login", (context) => {
  const HF_HOME = temporaryFolder(context);
  assert.equal(hubSettings({}, { HF_HOME }).token, undefined);
  writeFileSync(path.join(HF_HOME, "token"), "hf_file\n");
  assert.equal(hubSettings({}, { HF_HOME }).token, "hf_file");
  assert.equal(hubSettings({}, { HF_HOME, HF_TOKEN: "hf_env" }).token, "hf_env");
  assert.equal(hubSettings({ token: "hf_call" }, { HF_HOME, HF_TOKEN: "hf_env" }).token, "hf_call");
  assert.equal(hubSettings({ token: false }, { HF_HOME, HF_TOKEN: "hf_env" }).token, undefined);
  assert.equal(hubSettings({}, { HF_HOME, HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }).token, undefined);
  mkdirSync(path.join(HF_HOME, "elsewhere"));
  writeFileSync(path.join(HF_HOME, "elsewhere/t"), "hf_path");
  const HF_TOKEN_PATH = path.join(HF_HOME, "elsewhere/t");
  assert.equal(hubSettings({}, { HF_HOME, HF_TOKEN_PATH }).token, "hf_path");
});

test("a token that no header takes is refused without being shown", () => {
  for (const token of ["hf_a b", "hf_a\nb", "hf_é"]) {
    assert.throws(
      () => hubSettings({ token }, {}),
      (error) => {
        assert.ok(!(error as Error).message.includes("hf_"));
        return hubError("invalid", /HF_TOKEN/)(error);
      },
    );
  }
});

test("options of the Hub are kept apart from others", () => {
  const [hub, others] = splitHubOptions({ token: "hf_x", revision: "v1", numLabels: 2 });
  assert.deepEqual(others, { numLabels: 2 });
  assert.equal(hub.token, "hf_x");
  assert.equal(hub.revision, "v1");
});
