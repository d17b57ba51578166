import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test, type TestContext } from "node:test";
import { Dealer } from "zeromq";
import { channelAddress } from "../../notebook/src/kernel/protocol/connection";
import { KernelClient } from "../../notebook/src/kernel/runner/kernel-client";
import { KernelProcess } from "../../notebook/src/kernel/runner/kernel-process";
import {
  createMessage,
  decodeMessage,
  encodeMessage,
  type Message,
} from "../../notebook/src/kernel/protocol/wire";
import { tearDown } from "../teardown";

const cwd = resolve(__dirname, "../..");

/** A kernel of our own, its front end, and every message of its iopub channel. */
async function startKernel(t: TestContext) {
  const kernel = await KernelProcess.start({ cwd });
  const messages: Message[] = [];
  const client = new KernelClient(kernel, { onOutput: (_, message) => messages.push(message) });
  tearDown(t, () => client.close());
  const info = await client.ready(60_000);
  return { kernel, client, messages, info };
}

/** Speaks on the shell channel as any front end may. */
function shell(t: TestContext, kernel: KernelProcess) {
  const socket = new Dealer({ linger: 0 });
  socket.connect(channelAddress(kernel.connection, "shell"));
  tearDown(t, () => socket.close());
  return {
    send: (message: Message, key = kernel.connection.key) => socket.send(encodeMessage(key, message)),
    receive: async () => decodeMessage(kernel.connection.key, await socket.receive()),
  };
}

test("the kernel says what it is", async (t) => {
  const { info } = await startKernel(t);
  assert.equal(info.status, "ok");
  assert.equal(info.implementation, "finetune-ts");
  assert.match(String(info.banner), /^TypeScript 5\.9\.3 \(finetune-ts \d/);
});

test("messages that were not signed with the key are dropped, and the kernel lives on", async (t) => {
  const { kernel, client, messages } = await startKernel(t);
  const { send } = shell(t, kernel);
  await send(createMessage("execute_request", "evil", { code: 'console.log("stolen")' }), "guessed key");
  assert.equal((await client.execute("a", 'console.log("mine")')).status, "ok");
  const printed = messages
    .filter(({ header }) => header.msg_type === "stream")
    .map(({ content }) => content.text);
  assert.deepEqual(printed, ["mine\n"]);
});

test("the protocol's small requests are answered under their own names", async (t) => {
  const { kernel } = await startKernel(t);
  const { send, receive } = shell(t, kernel);
  for (const [request, reply] of [
    ["history_request", "history_reply"],
    ["comm_info_request", "comm_info_reply"],
    ["is_complete_request", "is_complete_reply"],
  ] as const) {
    await send(createMessage(request, "s", { code: "1" }));
    assert.equal((await receive()).header.msg_type, reply);
  }
});

test("cells queued behind a failing one are aborted, cells sent after its answer run", async (t) => {
  const { client } = await startKernel(t);
  const queued = await Promise.all([
    client.execute("a", "throw 1"),
    client.execute("b", "2"),
    client.execute("c", "3"),
  ]);
  assert.deepEqual(
    queued.map(({ status }) => status),
    ["error", "aborted", "aborted"],
  );
  const next = await client.execute("d", "4");
  assert.deepEqual([next.status, next.executionCount], ["ok", 2]);
});

test("with stop_on_error false, cells queued behind a failing one run", async (t) => {
  const { kernel } = await startKernel(t);
  const { send, receive } = shell(t, kernel);
  await send(createMessage("execute_request", "s", { code: "throw 1", stop_on_error: false }));
  await send(createMessage("execute_request", "s", { code: "2", stop_on_error: false }));
  const replies = [await receive(), await receive()];
  assert.deepEqual(
    replies.map(({ content }) => content.status),
    ["error", "ok"],
  );
});

test("completion works while a cell runs, and the kernel stays busy", async (t) => {
  const { kernel, client, messages } = await startKernel(t);
  const { send, receive } = shell(t, kernel);
  const cell = client.execute("a", "await new Promise((resolve) => process.once('SIGINT', resolve)); 7");
  await send(createMessage("complete_request", "s", { code: "conso", cursor_pos: 5 }));
  const { content } = await receive();
  assert.ok((content.matches as string[]).includes("console"));
  const states = messages
    .filter(({ header }) => header.msg_type === "status")
    .map(({ content: c }) => c.execution_state);
  assert.equal(states.at(-1), "busy");
  client.interrupt();
  assert.equal((await cell).status, "error");
});

test("an interrupt by message reaches the cell and the program's own listeners", async (t) => {
  const { kernel, client, messages } = await startKernel(t);
  await client.execute("a", "process.once('SIGINT', () => console.log('listener heard it')); 0");
  const cell = client.execute("b", "console.log('the cell runs');\nawait new Promise(() => {});");
  // The channels are not in step: sent at once, the interrupt could come before the cell.
  while (!messages.some(({ content }) => String(content.text).includes("the cell runs"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const control = new Dealer({ linger: 0 });
  control.connect(channelAddress(kernel.connection, "control"));
  tearDown(t, () => control.close());
  await control.send(encodeMessage(kernel.connection.key, createMessage("interrupt_request", "s", {})));
  const result = await cell;
  assert.deepEqual([result.status, result.ename], ["error", "KeyboardInterrupt"]);
  assert.ok(messages.some(({ content }) => String(content.text).includes("listener heard it")));
});

test("the kernel ends when asked although a program that a cell left behind holds its streams", async (t) => {
  const { kernel, client, messages } = await startKernel(t);
  await client.execute(
    "a",
    "const left = require('child_process').spawn('sleep', ['60'], { stdio: 'inherit', detached: true });\n" +
      "left.unref(); console.log('pid', left.pid);",
  );
  const pid = Number(/pid (\d+)/.exec(messages.map(({ content }) => String(content.text)).join(""))?.[1]);
  await client.close();
  assert.deepEqual(kernel.exit, { code: 0, signal: null });
  // It is still there, so nobody has waited for it; now it may go.
  process.kill(pid, "SIGKILL");
});

test("the kernel ends when asked, whatever cells have left running", async (t) => {
  const { kernel, client } = await startKernel(t);
  await client.execute("a", "setInterval(() => {}, 1000); require('http').createServer().listen(0); 0");
  await client.close();
  assert.deepEqual(kernel.exit, { code: 0, signal: null });
});
