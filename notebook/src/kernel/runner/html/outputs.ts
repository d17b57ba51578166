import type { MimeBundle, Output } from "../notebook-file";
import { ansiToHtml } from "./ansi";
import { escapeHtml } from "finetune-ts/internal";
import { jsonForScript } from "./script-safe";
import type { MarkdownRenderer } from "./markdown";

const PLOTLY = "application/vnd.plotly.v1+json";

/** Outputs as HTML. Text is escaped; `text/html` stands as the notebook's author made it. */
export function renderOutput(output: Output, markdown: MarkdownRenderer): string {
  switch (output.output_type) {
    case "stream":
      return `<pre class="stream ${output.name === "stderr" ? "stderr" : "stdout"}">${ansiToHtml(output.text)}</pre>`;
    case "error": {
      const lines = output.traceback.length > 0 ? output.traceback : [`${output.ename}: ${output.evalue}`];
      return `<pre class="error" role="alert">${ansiToHtml(lines.join("\n"))}</pre>`;
    }
    default:
      return renderBundle(output.data, markdown);
  }
}

/** The richest representation that a page without scripts of its own can show. */
function renderBundle(data: MimeBundle, markdown: MarkdownRenderer): string {
  const text = (type: string): string | undefined => {
    const value = data[type];
    return typeof value === "string" ? value : undefined;
  };
  if (isFigure(data[PLOTLY])) {
    const label = escapeHtml(figureTitle(data[PLOTLY]) ?? "plot");
    // Until the page's script draws the plot, and where none runs, its still picture stands there.
    const still = text("image/svg+xml");
    const picture = still === undefined ? "" : svgImage(still, label);
    return `<figure class="plot" role="img" aria-label="${label}">${picture}<script type="application/json">${jsonForScript(data[PLOTLY])}</script></figure>`;
  }
  const html = text("text/html");
  if (html !== undefined) return `<div class="rich">${html}</div>`;
  const svg = text("image/svg+xml");
  if (svg !== undefined) return svgImage(svg, "output");
  for (const type of ["image/png", "image/jpeg", "image/gif"]) {
    const image = text(type);
    if (image === undefined) continue;
    const base64 = image.replace(/[^A-Za-z0-9+/=]/g, "");
    return `<img alt="output" src="data:${type};base64,${base64}">`;
  }
  const source = text("text/markdown");
  if (source !== undefined) return `<div class="prose">${markdown.renderFragment(source)}</div>`;
  const plain = text("text/latex") ?? text("text/plain");
  if (plain !== undefined) return `<pre class="result">${ansiToHtml(plain)}</pre>`;
  if (data["application/json"] !== undefined) {
    return `<pre class="result">${escapeHtml(JSON.stringify(data["application/json"], null, 2))}</pre>`;
  }
  return "";
}

/** As a picture of its own, in which no script runs. @param label is HTML already */
function svgImage(svg: string, label: string): string {
  return `<img alt="${label}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`;
}

interface Figure {
  data: { type?: unknown }[];
  layout?: { title?: unknown };
}

function isFigure(value: unknown): value is Figure {
  return typeof value === "object" && value !== null && "data" in value && Array.isArray(value.data);
}

function figureTitle({ layout }: Figure): string | undefined {
  const title = layout?.title;
  if (typeof title === "string") return title;
  const text = typeof title === "object" && title !== null && "text" in title ? title.text : undefined;
  return typeof text === "string" ? text : undefined;
}

/** The types of all traces of the plots among `outputs`; empty when nothing is plotted. */
export function traceTypes(outputs: readonly Output[]): Set<string> {
  const types = new Set<string>();
  for (const output of outputs) {
    const figure = "data" in output ? output.data[PLOTLY] : undefined;
    if (!isFigure(figure)) continue;
    types.add("scatter");
    for (const { type } of figure.data) if (typeof type === "string") types.add(type);
  }
  return types;
}
