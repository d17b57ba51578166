import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { DataFrame } from "danfojs-node";

import { table, type TableSource } from "../../notebook/src/tables";

const plain = (source: TableSource, options = {}) => table(source, options).toMimeBundle()["text/plain"];
const html = (source: TableSource, options = {}) => table(source, options).toMimeBundle()["text/html"] ?? "";

describe("table", () => {
  it("aligns numbers to the right and text to the left", () => {
    assert.equal(
      plain([
        { word: "fine", n: 7, share: 0.5 },
        { word: "a", n: 1234, share: 12.25 },
      ]),
      "word     n    share\n────  ────  ───────\nfine     7   0.5000\na     1234  12.2500",
    );
  });

  it("takes a danfojs DataFrame, with its index", () => {
    const frame = new DataFrame([
      { sentence: "good", label: 1 },
      { sentence: "bad", label: 0 },
    ]);
    assert.equal(
      plain(frame),
      "   sentence  label\n─  ────────  ─────\n0  good          1\n1  bad           0",
    );
    assert.equal(plain(frame, { index: false }).split("\n")[2], "good          1");
  });

  it("takes a frame of one column", () => {
    assert.equal(plain(new DataFrame([["a"], ["b"]], { columns: ["x"] })), "   x\n─  ─\n0  a\n1  b");
  });

  it("escapes everything that comes from data", () => {
    const source = [{ "<th>": `<script>alert("1")</script> & 'x'` }];
    const markup = html(source, { caption: "<b>caption</b>" });
    assert.ok(!/<script|<b>|<th>&|>"|<th>:/.test(markup), markup);
    assert.ok(markup.includes("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"));
    assert.ok(markup.includes("&lt;th&gt;"));
    assert.ok(markup.includes("&lt;b&gt;caption&lt;/b&gt;"));
  });

  it("lets no control character through to the terminal", () => {
    const text = plain([{ a: "one\ntwo\u001b[2Jthree" }]);
    assert.equal(text.split("\n")[2], "one two [2Jthree");
  });

  it("cuts long text in the plain form only", () => {
    const long = "x".repeat(100);
    assert.equal(plain([{ long }], { maxWidth: 10 }).split("\n")[2], `${"x".repeat(9)}…`);
    assert.ok(html([{ long }], { maxWidth: 10 }).includes(long));
  });

  it("shortens long tables and says how long they are", () => {
    const text = plain(Array.from({ length: 1500 }, (_, n) => ({ n })));
    assert.equal(text.split("\n").length, 2 + 5 + 1 + 5 + 1);
    assert.ok(text.includes("…"));
    assert.ok(text.endsWith("1499\n1,500 rows × 1 columns"));
  });

  it("formats by column, leaves missing values empty, writes lists out", () => {
    const rows = [{ p: 0.25, ids: Int32Array.of(1, 2), none: null }, { p: undefined }];
    assert.equal(
      plain(rows, { format: { p: (value: number) => `${100 * value} %` } }),
      "   p  ids  none\n────  ───  ────\n25 %  1 2\n",
    );
  });

  it("shows a table without rows", () => {
    assert.equal(plain([]), "\n");
  });
});
