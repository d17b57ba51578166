import assert from "node:assert/strict";
import { test } from "node:test";
import { terminalText } from "../../../notebook/src/kernel/runner/terminal-text";
import { TerminalView } from "../../../notebook/src/kernel/runner/terminal";
import { createMessage } from "../../../notebook/src/kernel/protocol/wire";
import { FakeScreen } from "./temporary-notebook";

test("colours and the erasing of a line stay, text with any characters stays", () => {
  for (const text of [
    "plain\n\ttext\r",
    "\x1b[31mred\x1b[0m",
    "\x1b[38;5;12mblue",
    "50 %\x1b[K",
    "é😀 ← ü",
  ]) {
    assert.equal(terminalText(text), text);
  }
});

test("what acts on the terminal goes: title, clipboard, cursor, questions, C1, bells", () => {
  const hostile: [string, string][] = [
    ["a\x1b]0;owned\x07b", "ab"],
    ["a\x1b]52;c;ZWNobyBwd25lZA==\x1b\\b", "ab"],
    ["a\x1b[2J\x1b[1;1Hb", "ab"],
    ["a\x1b[6nb\x1b[cb", "abb"],
    ["a\x1bP+q544e\x1b\\b", "ab"],
    ["a\x9b31mb\x9d0;x\x9cb\x85c", "a31mb0;xbc"],
    ["a\x07\x08\x00\x0e\x7fb", "ab"],
    ["a\x1bcb", "ab"],
    ["a\x1b", "a"],
    ["a\x1b]0;never ended", "a"],
  ];
  for (const [text, safe] of hostile) assert.equal(terminalText(text), safe, JSON.stringify(text));
});

test("nothing of it reaches the screen by any kind of output, nor in pieces", () => {
  for (const isTTY of [true, false]) {
    const screen = new FakeScreen(isTTY);
    const view = new TerminalView(screen);
    const show = (type: string, content: Record<string, unknown>) =>
      view.show(createMessage(type, "s", content));
    view.heading("title\x1b]0;x\x07", "cell 1 of 1");
    show("stream", { name: "stdout", text: "one\x1b]0;y" });
    show("stream", { name: "stdout", text: "\x07two\x1b" });
    show("stream", { name: "stdout", text: "[31mred\x1b[0m\n" });
    show("display_data", { data: { "text/plain": "shown\x1b[2J" } });
    show("error", { ename: "E\x1b[2J", evalue: "v", traceback: ["E\x9d0;z\x07: v", "at\x1bc"] });
    view.settle();
    // eslint-disable-next-line no-control-regex -- what must not be there
    assert.doesNotMatch(screen.text.replace(/\x1b\[[\d;]*[mAJ]/g, ""), /[\x1b\x07\x9d]/);
    assert.match(screen.text, /\x1b\[31mred/); // eslint-disable-line no-control-regex -- a colour
  }
});
