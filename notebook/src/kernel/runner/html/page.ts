import type { Cell, CodeCell, Notebook } from "../notebook-file";
import { escapeHtml } from "finetune-ts/internal";
import { highlight, MarkdownRenderer, type Heading } from "./markdown";
import { renderOutput, traceTypes } from "./outputs";
import { plotScripts } from "./plotly";
import { STYLE } from "./style";

export interface PageOptions {
  /** The page's title where the notebook has no heading. */
  name: string;
  /** Where the notebook's relative images lie. */
  folder: string;
}

/** Follows the reader: marks the heading in view in the contents; on wide screens the contents are open. */
const CONTENTS_SCRIPT = `
(() => {
  const contents = document.querySelector("nav details");
  if (!contents) return;
  const wide = matchMedia("(min-width: 68rem)");
  const open = () => { contents.open = wide.matches; };
  open();
  wide.addEventListener("change", open);
  const links = new Map([...contents.querySelectorAll("a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  const headings = [...links.keys()].map((id) => document.getElementById(id));
  const mark = () => {
    const passed = headings.filter((h) => h.getBoundingClientRect().top < 120);
    const here = (passed.at(-1) || headings[0]).id;
    for (const [id, a] of links) a.classList.toggle("here", id === here);
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
})();
`;

/** A notebook as one page that needs nothing else: no network, no files beside it. */
export function renderPage(notebook: Notebook, { name, folder }: PageOptions): string {
  const markdown = new MarkdownRenderer(folder);
  const body = notebook.cells.map((cell) => renderCell(cell, markdown)).join("\n");
  const outputs = notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
  const title = markdown.headings.find(({ level }) => level === 1)?.title ?? name;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="finetune-ts">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="layout">
${renderContents(markdown.headings)}
<main>
${body}
<footer>Made by <code>finetune run</code> from ${escapeHtml(name)}.ipynb.</footer>
</main>
</div>
<script>${CONTENTS_SCRIPT}</script>
${plotScripts(traceTypes(outputs))}
</body>
</html>
`;
}

function renderContents(headings: readonly Heading[]): string {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length === 0) return "";
  const items = shown.map(
    ({ level, title, id }) =>
      `<li class="level-${level}"><a href="#${escapeHtml(encodeURIComponent(id))}">${escapeHtml(title)}</a></li>`,
  );
  return `<nav aria-label="Contents"><details open><summary>Contents</summary><ol>\n${items.join("\n")}\n</ol></details></nav>`;
}

function renderCell(cell: Cell, markdown: MarkdownRenderer): string {
  switch (cell.cell_type) {
    case "markdown":
      return `<section class="prose">${markdown.render(cell.source, cell.attachments)}</section>`;
    case "raw":
      return `<pre class="raw">${escapeHtml(cell.source)}</pre>`;
    case "code":
      return cell.source.trim() === "" && cell.outputs.length === 0 ? "" : renderCodeCell(cell, markdown);
  }
}

function renderCodeCell(cell: CodeCell, markdown: MarkdownRenderer): string {
  const outputs = cell.outputs.map((output) => renderOutput(output, markdown)).filter((html) => html !== "");
  const failed = cell.outputs.some(({ output_type }) => output_type === "error");
  const badge = [cell.execution_count === null ? "" : `[${cell.execution_count}]`, duration(cell)].filter(
    Boolean,
  );
  return `<section class="cell${failed ? " failed" : ""}">
<div class="code">${badge.length > 0 ? `<span class="badge">${badge.join(" · ")}</span>` : ""}<pre><code>${highlight(cell.source, "typescript")}</code></pre></div>${
    outputs.length > 0 ? `\n<div class="outputs">\n${outputs.join("\n")}\n</div>` : ""
  }
</section>`;
}

/** How long the cell ran, where it took a second or more. */
function duration({ metadata }: CodeCell): string {
  const execution = metadata.execution as Record<string, string> | undefined;
  const begun = Date.parse(execution?.["iopub.execute_input"] ?? "");
  const ended = Date.parse(execution?.["shell.execute_reply"] ?? "");
  const seconds = (ended - begun) / 1000;
  if (!(seconds >= 1)) return "";
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
