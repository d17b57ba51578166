import assert from "node:assert/strict";
import { test } from "node:test";
import { TerminalView } from "../../../notebook/src/kernel/runner/terminal";
import { createMessage } from "../../../notebook/src/kernel/protocol/wire";
import { FakeScreen } from "./temporary-notebook";

const stream = (text: string) => createMessage("stream", "s", { name: "stdout", text });
const shown = (type: string, id: string, text: string) =>
  createMessage(type, "s", { data: { "text/plain": text }, transient: { display_id: id } });

function view(isTTY: boolean) {
  const screen = new FakeScreen(isTTY);
  const clock = { now: 0 };
  return { screen, clock, view: new TerminalView(screen, () => clock.now) };
}

test("text passes through; a heading starts on a line of its own", () => {
  const { screen, view: terminal } = view(false);
  terminal.heading("Step 1. Load", "cell 1 of 2");
  terminal.show(stream("no newline"));
  terminal.heading("Step 2. Train", "cell 2 of 2");
  const [, first, text, , second] = screen.text.split("\n");
  assert.match(first ?? "", /^── Step 1\. Load ─+ cell 1 of 2$/);
  assert.equal(text, "no newline");
  assert.match(second ?? "", /^── Step 2\. Train/);
});

test("off a terminal a changing display prints sparse lines, and its last state in the end", () => {
  const { screen, clock, view: terminal } = view(false);
  terminal.show(shown("display_data", "p", "0/100"));
  for (let i = 1; i <= 100; i++) {
    clock.now += 300;
    terminal.show(shown("update_display_data", "p", `${i}/100`));
  }
  terminal.settle();
  assert.deepEqual(screen.text.split("\n"), ["0/100", "34/100", "68/100", "100/100", ""]);
});

test("of a growing table only the new rows are printed again", () => {
  const { screen, clock, view: terminal } = view(false);
  terminal.show(shown("display_data", "t", "Epoch Loss\n1 0.5"));
  clock.now += 60_000;
  terminal.show(shown("update_display_data", "t", "Epoch Loss\n1 0.5\n2 0.3"));
  terminal.settle();
  assert.equal(screen.text, "Epoch Loss\n1 0.5\n2 0.3\n");
});

test("off a terminal, carriage returns leave one line", () => {
  const { screen, view: terminal } = view(false);
  for (const text of ["1/3", "\r2/3", "\r3/3\n", "end"]) terminal.show(stream(text));
  terminal.settle();
  assert.equal(screen.text, "3/3\nend\n");
});

test("on a terminal the displays at the end are redrawn in place, together", () => {
  const { screen, view: terminal } = view(true);
  terminal.show(shown("display_data", "a", "bar 0"));
  terminal.show(shown("display_data", "b", "table\nrow"));
  terminal.show(shown("update_display_data", "a", "bar 1"));
  assert.equal(
    screen.text,
    "bar 0\n" + "\r\x1b[1A\x1b[J" + "bar 0\ntable\nrow\n" + "\r\x1b[3A\x1b[J" + "bar 1\ntable\nrow\n",
  );
});

test("on a terminal a display that text has followed is not drawn over", () => {
  const { screen, view: terminal } = view(true);
  terminal.show(shown("display_data", "a", "bar 0"));
  terminal.show(stream("text\n"));
  terminal.show(shown("update_display_data", "a", "bar 1"));
  terminal.show(shown("update_display_data", "a", "bar 2"));
  terminal.settle();
  assert.equal(screen.text, "bar 0\ntext\nbar 2\n");
});

test("what is too tall for the screen is not drawn over either", () => {
  const { screen, view: terminal } = view(true);
  const tall = Array.from({ length: 30 }, (_, i) => `line ${i}`).join("\n");
  terminal.show(shown("display_data", "a", tall));
  terminal.show(shown("update_display_data", "a", `${tall}\nline 30`));
  terminal.settle();
  assert.equal(screen.text, `${tall}\nline 30\n`);
});

test("an output without text says what it is", () => {
  const { screen, view: terminal } = view(false);
  const display = (data: Record<string, unknown>) =>
    terminal.show(createMessage("display_data", "s", { data }));
  display({ "application/vnd.plotly.v1+json": {} });
  display({ "image/png": "AA==" });
  display({ "text/html": "<b>x</b>" });
  display({ "text/html": "<b>x</b>", "text/plain": "x" });
  assert.equal(screen.text, "[plot]\n[image]\n[HTML output]\nx\n");
});

test("on a narrow screen no line of a heading is longer than the screen needs, and nothing is lost", () => {
  const screen = Object.assign(new FakeScreen(false), { columns: 40 });
  const view = new TerminalView(screen);
  view.heading("Step 2 · Load the dataset", "cell 3 of 17");
  view.heading("Short", "cell 4 of 17");
  const lines = screen.text.split("\n").filter((line) => line !== "");
  assert.deepEqual(lines, [
    "── Step 2 · Load the dataset",
    "   cell 3 of 17",
    `── Short ${"─".repeat(17)} cell 4 of 17`,
  ]);
});
