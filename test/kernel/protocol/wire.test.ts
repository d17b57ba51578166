import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import {
  createMessage,
  decodeMessage,
  encodeMessage,
  WireError,
} from "../../../notebook/src/kernel/protocol/wire";

const KEY = "a key";
const request = createMessage("execute_request", "session-1", { code: "“ü” + 1", allow_stdin: false });

test("a message comes back as it went", () => {
  const message = {
    ...request,
    identities: [Buffer.from([0, 1, 2]), Buffer.from("route")],
    buffers: [Buffer.from("x")],
  };
  const back = decodeMessage(KEY, encodeMessage(KEY, message));
  assert.deepEqual(back, message);
});

test("the signature is HMAC-SHA256 over header, parent, metadata and content", () => {
  const frames = encodeMessage(KEY, request);
  assert.equal(frames.length, 6);
  assert.equal(frames[0]?.toString(), "<IDS|MSG>");
  const hmac = createHmac("sha256", KEY);
  for (const part of frames.slice(2)) hmac.update(part);
  assert.equal(frames[1]?.toString(), hmac.digest("hex"));
});

test("an answer names what it answers and goes back the way it came", () => {
  const received = { ...request, identities: [Buffer.from("route")] };
  const reply = createMessage("execute_reply", "session-1", { status: "ok" }, received);
  assert.deepEqual(reply.parent, request.header);
  assert.deepEqual(reply.identities, received.identities);
  assert.notEqual(reply.header.msg_id, request.header.msg_id);
});

test("messages with another key, changed content or no signature are refused", () => {
  const frames = encodeMessage(KEY, request);
  const changed = [...frames];
  changed[5] = Buffer.from('{"code":"process.exit()"}');
  const unsigned = [...frames];
  unsigned[1] = Buffer.from("");
  for (const [key, parts] of [
    ["another key", frames],
    [KEY, changed],
    [KEY, unsigned],
  ] as const) {
    assert.throws(
      () => decodeMessage(key, parts),
      (error: Error) => {
        assert.ok(error instanceof WireError);
        assert.match(error.message, /signature/);
        return true;
      },
    );
  }
});

test("what is no message is refused, whatever it is", () => {
  const signed = (parts: string[]) => {
    const buffers = parts.map((part) => Buffer.from(part));
    const hmac = createHmac("sha256", KEY);
    for (const part of buffers) hmac.update(part);
    return [Buffer.from("<IDS|MSG>"), Buffer.from(hmac.digest("hex")), ...buffers];
  };
  assert.throws(() => decodeMessage(KEY, []), /delimiter/);
  assert.throws(() => decodeMessage(KEY, [Buffer.from("hello")]), /delimiter/);
  assert.throws(() => decodeMessage(KEY, [Buffer.from("<IDS|MSG>")]), /0 parts/);
  assert.throws(() => decodeMessage(KEY, signed(["{}", "{}"])), /2 parts/);
  assert.throws(() => decodeMessage(KEY, signed(["{}", "{}", "{}", "{"])), /no JSON/);
  assert.throws(() => decodeMessage(KEY, signed(["{}", "{}", "[]", "{}"])), /no JSON object/);
});
