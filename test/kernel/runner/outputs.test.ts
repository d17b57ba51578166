import assert from "node:assert/strict";
import { test } from "node:test";
import type { CodeCell } from "../../../notebook/src/kernel/runner/notebook-file";
import { collapseCarriageReturns, OutputRecorder } from "../../../notebook/src/kernel/runner/outputs";
import { createMessage } from "../../../notebook/src/kernel/protocol/wire";

const codeCell = (): CodeCell => ({
  cell_type: "code",
  id: "a",
  metadata: {},
  source: "",
  execution_count: null,
  outputs: [],
});

function record(
  cells: CodeCell[],
  messages: [cell: number, type: string, content: Record<string, unknown>][],
): void {
  const recorder = new OutputRecorder();
  for (const [index, type, content] of messages) {
    const cell = cells[index];
    assert.ok(cell);
    recorder.record(cell, createMessage(type, "s", content));
  }
  recorder.finish(cells);
}

test("carriage returns leave what a terminal would show", () => {
  assert.equal(collapseCarriageReturns("plain\ntext\n"), "plain\ntext\n");
  assert.equal(collapseCarriageReturns("10 %\r20 %\r100 %\n"), "100 %\n");
  assert.equal(collapseCarriageReturns("long line\rshort"), "shortline");
  assert.equal(collapseCarriageReturns("long line\rshort\x1b[K"), "short");
  assert.equal(collapseCarriageReturns("a\r\nb\r\n"), "a\nb\n");
  assert.equal(collapseCarriageReturns("done\r"), "done");
});

test("streams run together, standard output and standard error apart", () => {
  const cell = codeCell();
  record(
    [cell],
    [
      [0, "stream", { name: "stdout", text: "a" }],
      [0, "stream", { name: "stdout", text: "b\n" }],
      [0, "stream", { name: "stderr", text: "c\n" }],
      [0, "stream", { name: "stdout", text: "d\n" }],
    ],
  );
  assert.deepEqual(cell.outputs, [
    { output_type: "stream", name: "stdout", text: "ab\n" },
    { output_type: "stream", name: "stderr", text: "c\n" },
    { output_type: "stream", name: "stdout", text: "d\n" },
  ]);
});

test("progress over many messages leaves its last state, wherever the returns are cut", () => {
  const cell = codeCell();
  const texts = ["start\n", "1/3", "\r2/3", "\r", "3/3\r", "\nend\n"];
  record(
    [cell],
    texts.map((text) => [0, "stream", { name: "stdout", text }]),
  );
  assert.deepEqual(cell.outputs, [{ output_type: "stream", name: "stdout", text: "start\n3/3\nend\n" }]);
});

test("an update changes every display of its id, in other cells too", () => {
  const cells = [codeCell(), codeCell()];
  const transient = { display_id: "d" };
  record(cells, [
    [0, "display_data", { data: { "text/plain": "1" }, metadata: {}, transient }],
    [1, "display_data", { data: { "text/plain": "1" }, metadata: {}, transient }],
    [
      1,
      "update_display_data",
      { data: { "text/plain": "2", "text/html": "<b>2</b>" }, metadata: { m: 1 }, transient },
    ],
    [
      1,
      "update_display_data",
      { data: { "text/plain": "?" }, metadata: {}, transient: { display_id: "other" } },
    ],
  ]);
  for (const { outputs } of cells) {
    assert.deepEqual(outputs, [
      {
        output_type: "display_data",
        data: { "text/plain": "2", "text/html": "<b>2</b>" },
        metadata: { m: 1 },
      },
    ]);
  }
});

test("JSON types stand as JSON; text that only claims to be JSON is kept as text", () => {
  const cell = codeCell();
  const figure = { data: [{ y: [1] }], layout: {} };
  record(
    [cell],
    [
      [0, "display_data", { data: { "application/vnd.plotly.v1+json": JSON.stringify(figure) } }],
      [0, "display_data", { data: { "application/json": "{oops" } }],
    ],
  );
  assert.deepEqual(
    cell.outputs.map((output) => "data" in output && output.data),
    [{ "application/vnd.plotly.v1+json": figure }, { "text/plain": "{oops" }],
  );
});

test("clear_output clears, at once or with the next output", () => {
  const cells = [codeCell(), codeCell()];
  record(cells, [
    [0, "stream", { name: "stdout", text: "a" }],
    [0, "clear_output", { wait: false }],
    [1, "stream", { name: "stdout", text: "a" }],
    [1, "clear_output", { wait: true }],
    [1, "stream", { name: "stdout", text: "b" }],
  ]);
  assert.deepEqual(cells[0]?.outputs, []);
  assert.deepEqual(cells[1]?.outputs, [{ output_type: "stream", name: "stdout", text: "b" }]);
});
