import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wrapText } from "../../notebook/src/wrap-text";

describe("wrapText", () => {
  it("breaks at blanks, and keeps the lines that there are", () => {
    assert.deepEqual(wrapText("one two three four", 9), ["one two", "three", "four"]);
    assert.deepEqual(wrapText("one\n\ntwo", 9), ["one", "", "two"]);
    assert.deepEqual(wrapText("", 9), [""]);
  });

  it("cuts a word that no line holds", () => {
    assert.deepEqual(wrapText("a https://example.org b", 8), ["a", "https://", "example.", "org b"]);
  });

  it("counts characters, not UTF-16 units", () => {
    assert.deepEqual(wrapText("😀😀 😀😀", 5), ["😀😀 😀😀"]);
    assert.deepEqual(wrapText("😀😀😀", 2), ["😀😀", "😀"]);
  });
});
