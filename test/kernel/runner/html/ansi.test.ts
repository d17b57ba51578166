import assert from "node:assert/strict";
import { test } from "node:test";
import { ansiToHtml } from "../../../../notebook/src/kernel/runner/html/ansi";

test("text is escaped", () => {
  assert.equal(
    ansiToHtml(`<script>alert("1")</script> & 'x'`),
    "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;",
  );
});

test("colours and weights become classes, which end where they end", () => {
  assert.equal(ansiToHtml("a \x1b[31mred\x1b[0m b"), 'a <span class="ansi-fg-red">red</span> b');
  assert.equal(
    ansiToHtml("\x1b[1;32mbold green\x1b[22m green\x1b[39m plain"),
    '<span class="ansi-bold ansi-fg-green">bold green</span><span class="ansi-fg-green"> green</span> plain',
  );
  assert.equal(
    ansiToHtml("\x1b[31ma\x1b[34mb\x1b[m"),
    '<span class="ansi-fg-red">a</span><span class="ansi-fg-blue">b</span>',
  );
  assert.equal(ansiToHtml("\x1b[97;41mx"), '<span class="ansi-fg-white ansi-bg-red">x</span>');
});

test("256 colours and RGB become styles, out of range or not", () => {
  assert.equal(ansiToHtml("\x1b[38;5;196mx"), '<span style="color:rgb(255,0,0)">x</span>');
  assert.equal(ansiToHtml("\x1b[48;2;1;2;999mx"), '<span style="background-color:rgb(1,2,255)">x</span>');
  assert.equal(ansiToHtml("\x1b[38;5;232mx"), '<span style="color:rgb(8,8,8)">x</span>');
  assert.equal(ansiToHtml("\x1b[38;5;999mx"), '<span style="color:rgb(238,238,238)">x</span>');
});

test("other escapes and control characters vanish; tabs and newlines stay", () => {
  assert.equal(ansiToHtml("a\x1b[2K\x1b[1A\x1b]8;;http://x\x07b\x00\x08\tc\n"), "ab\tc\n");
});

test("an escape cannot smuggle markup in", () => {
  assert.doesNotMatch(ansiToHtml('\x1b[31"><script>m\x1b[38;2;"><b>mx'), /<(script|b)>/);
});
