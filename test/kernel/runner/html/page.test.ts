import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { renderPage } from "../../../../notebook/src/kernel/runner/html/page";
import { plotlyBundle } from "../../../../notebook/src/kernel/runner/html/plotly";
import type { Cell, MimeBundle, Output } from "../../../../notebook/src/kernel/runner/notebook-file";
import { temporaryFolder } from "../temporary-notebook";

const markdown = (source: string): Cell => ({ cell_type: "markdown", id: "m", metadata: {}, source });
const code = (source: string, outputs: Output[] = [], metadata = {}): Cell => ({
  cell_type: "code",
  id: "c",
  metadata,
  source,
  execution_count: 3,
  outputs,
});
const display = (data: MimeBundle): Output => ({ output_type: "display_data", data, metadata: {} });
const page = (cells: Cell[], folder = ".") => renderPage({ metadata: {}, cells }, { name: "tiny", folder });
/** The page's body without the scripts at its end, one element a line. */
const body = (html: string) => /<main>\n([^]*)<footer>/.exec(html)?.[1]?.trim() ?? "";

const FIGURE = {
  data: [{ type: "bar", x: ["</script><script>alert(1)</script>"], y: [1] }],
  layout: { title: { text: "A <plot>" } },
};

test("a page is markdown, highlighted code and outputs, in order", () => {
  const html = page([
    markdown("# Title & more\n\nSome *text*.\n\n| a |\n|---|\n| 1 |"),
    markdown("## Step 1. Import"),
    code('const x = "s";', [{ output_type: "stream", name: "stdout", text: "out\n" }]),
  ]);
  assert.equal(
    body(html),
    `<section class="prose"><h1 id="title-more">Title &amp; more</h1>
<p>Some <em>text</em>.</p>
<div class="table"><table>
<thead>
<tr>
<th>a</th>
</tr>
</thead>
<tbody>
<tr>
<td>1</td>
</tr>
</tbody>
</table></div>
</section>
<section class="prose"><h2 id="step-1-import">Step 1. Import</h2>
</section>
<section class="cell">
<div class="code"><span class="badge">[3]</span><pre><code><span class="hljs-keyword">const</span> x = <span class="hljs-string">&quot;s&quot;</span>;</code></pre></div>
<div class="outputs">
<pre class="stream stdout">out
</pre>
</div>
</section>`,
  );
  assert.match(html, /<title>Title &amp; more<\/title>/);
});

test("the contents list second and third headings, each with a link that is unique", () => {
  const html = page([markdown("# T\n## Same\n### Same\n## `code` & *em*\n#### deep")]);
  const links = [...html.matchAll(/<li class="level-(\d)"><a href="#([^"]*)">([^<]*)</g)].map((match) =>
    match.slice(1),
  );
  assert.deepEqual(links, [
    ["2", "same", "Same"],
    ["3", "same-2", "Same"],
    ["2", "code-em", "code &amp; em"],
  ]);
});

test("text from outputs cannot become markup", () => {
  const evil = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>";
  const html = body(
    page([
      code(evil, [
        { output_type: "stream", name: "stderr", text: evil },
        display({ "text/plain": evil }),
        display({ "application/json": { evil } }),
        display({ "image/png": `AA=="><script>alert(3)</script>` }),
        { output_type: "error", ename: "E", evalue: evil, traceback: [evil] },
        { output_type: "error", ename: evil, evalue: evil, traceback: [] },
        display({ "application/vnd.plotly.v1+json": FIGURE }),
      ]),
    ]),
  );
  const scripts = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag);
  assert.deepEqual(scripts, ['<script type="application/json">']);
  assert.doesNotMatch(html, /<img src=x/);
  assert.match(html, /aria-label="A &lt;plot&gt;"/);
});

test("of several representations the richest is shown", () => {
  const shown = (data: MimeBundle) => body(page([code("", [display(data)])]));
  const all = { "text/plain": "PLAIN", "text/html": "<b>HTML</b>", "application/vnd.plotly.v1+json": FIGURE };
  assert.match(shown(all), /<figure class="plot"/);
  assert.doesNotMatch(shown(all), /HTML|PLAIN/);
  assert.match(
    shown({ "text/plain": "PLAIN", "text/html": "<b>HTML</b>" }),
    /<div class="rich"><b>HTML<\/b><\/div>/,
  );
  const drawn = shown({ "image/svg+xml": "<svg><script>alert(1)</script></svg>" });
  assert.match(drawn, /<img alt="output" src="data:image\/svg\+xml;base64,/);
  assert.doesNotMatch(drawn, /<script>alert/);
  assert.match(shown({ "text/markdown": "*em*" }), /<em>em<\/em>/);
  assert.match(shown({ "text/plain": "\x1b[31mred" }), /<span class="ansi-fg-red">red/);
});

test("a plot brings plotly.js into the page, once; without plots it stays away; nothing is loaded from elsewhere", () => {
  const plot = display({ "application/vnd.plotly.v1+json": FIGURE });
  const without = page([markdown("# T"), code("1")]);
  const html = page([code("1", [plot, plot]), code("2", [plot])]);
  assert.ok(without.length < 30_000, `${without.length} characters`);
  assert.equal(html.match(/\* plotly\.js/g)?.length, 1);
  for (const each of [without, html]) {
    assert.doesNotMatch(each, /<script[^>]* src=|<link |@import/);
    assert.equal(each.match(/<script/g)?.length, each.match(/<\/script>/g)?.length);
  }
});

test("the smallest bundle that draws the traces is taken", () => {
  assert.equal(plotlyBundle(new Set(["scatter", "bar"])), "plotly-basic.min.js");
  assert.equal(plotlyBundle(new Set(["scatter", "histogram"])), "plotly-cartesian.min.js");
  assert.equal(plotlyBundle(new Set(["surface"])), "plotly.min.js");
});

test("images beside the notebook and attachments go into the page", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "a b.png"), "PNG");
  const attached: Cell = {
    cell_type: "markdown",
    id: "m",
    metadata: {},
    source: "![x](attachment:i.png)",
    attachments: { "i.png": { "image/png": "AAAA" } },
  };
  const html = body(page([markdown("![x](a%20b.png) ![y](missing.png)"), attached], folder));
  assert.match(html, /src="data:image\/png;base64,UE5H"/);
  assert.match(html, /src="missing.png"/);
  assert.match(html, /src="data:image\/png;base64,AAAA"/);
});

test("a failed cell is marked, and a cell tells how long it ran when that was long", () => {
  const execution = {
    "iopub.execute_input": "2024-01-01T00:00:00.000Z",
    "shell.execute_reply": "2024-01-01T00:01:05.000Z",
  };
  const error: Output = { output_type: "error", ename: "E", evalue: "v", traceback: ["E: v"] };
  const html = body(page([code("x", [error], { execution })]));
  assert.match(html, /<section class="cell failed">/);
  assert.match(html, /\[3\] · 1 min 5 s/);
  assert.match(html, /<pre class="error" role="alert">E: v<\/pre>/);
});

test("formulas are MathML, which needs no script, style sheet or font; prices are no formulas", () => {
  const html = body(
    page([markdown("It costs $5 and $6.\n\n$$L = -\\log p_y$$\n\nIn a line: $e^{z_k}$; in code: `$x$`.")]),
  );
  assert.match(html, /<math xmlns="http:\/\/www\.w3\.org\/1998\/Math\/MathML" display="block">/);
  assert.match(html, /<msup><mi>e<\/mi>/);
  assert.match(html, /It costs \$5 and \$6\./);
  assert.match(html, /<code>\$x\$<\/code>/);
});

test("a formula that is none is shown, and one that links or bears markup is not followed", () => {
  const html = body(
    page([markdown("$\\nosuch{x}$ and $\\href{javascript:alert(1)}{x}$ and $\\htmlId{a}{<img src=x>}$")]),
  );
  assert.doesNotMatch(html, /href=|<img/);
  assert.match(html, /\\nosuch/);
});

test("on paper a plot is its still picture, in light colours", () => {
  const html = page([
    code("plot", [display({ "application/vnd.plotly.v1+json": FIGURE, "image/svg+xml": "<svg/>" })]),
  ]);
  assert.match(html, /@media screen and \(prefers-color-scheme: dark\)/);
  assert.match(html, /\.plot\.drawn > img \{ display: block; \} \.plot\.drawn > div \{ display: none; \}/);
  assert.match(html, /figure\.classList\.add\("drawn"\)/);
});
