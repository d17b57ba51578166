import { readFileSync } from "node:fs";
import { scriptForHtml } from "./script-safe";

/** Bundles of plotly.js by size, and the traces that each can draw. */
const BUNDLES: readonly [file: string, traces: readonly string[]][] = [
  ["plotly-basic", ["scatter", "bar", "pie"]],
  [
    "plotly-cartesian",
    ["scatter", "bar", "pie", "box", "heatmap", "histogram", "histogram2d", "contour", "violin", "image"],
  ],
];

/** The smallest bundle of plotly.js that draws all of these traces. */
export function plotlyBundle(traces: ReadonlySet<string>): string {
  const [file = "plotly"] =
    BUNDLES.find(([, known]) => [...traces].every((type) => known.includes(type))) ?? [];
  return `${file}.min.js`;
}

/** Draws each figure of the page in the colours of the page, and again when they change. */
const DRAW = `
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axes = (layout, style) => {
    const names = Object.keys(layout).filter((name) => /^[xy]axis\\d*$/.test(name));
    for (const name of new Set(["xaxis", "yaxis", ...names])) layout[name] = { ...style, ...layout[name] };
  };
  // Plotly does not break titles: on a telephone they would be cut.
  const broken = (text, length) =>
    text.split(" ").reduce((lines, word) => {
      const last = lines.at(-1);
      return last && (last + word).length < length ? [...lines.slice(0, -1), last + " " + word] : [...lines, word];
    }, []).join("<br>");
  const draw = () => {
    for (const figure of document.querySelectorAll("figure.plot")) {
      const { data, layout = {}, config = {} } = JSON.parse(figure.querySelector("script").textContent);
      const target = figure.querySelector("div") || figure.appendChild(document.createElement("div"));
      // The still picture stays for paper.
      figure.classList.add("drawn");
      const themed = { autosize: true, ...layout, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" };
      delete themed.width;
      const { title } = themed;
      if (typeof title?.text === "string") themed.title = { ...title, text: broken(title.text, target.clientWidth / 9) };
      themed.font = { family: css("--font"), ...layout.font, color: css("--text") };
      axes(themed, { gridcolor: css("--line"), zerolinecolor: css("--line"), linecolor: css("--line"), automargin: true });
      Plotly.react(target, data, themed, { responsive: true, displaylogo: false, displayModeBar: "hover", ...config });
    }
  };
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
`;

/** The scripts that draw the page's plots; nothing when there are none. */
export function plotScripts(traces: ReadonlySet<string>): string {
  if (traces.size === 0) return "";
  const library = readFileSync(require.resolve(`plotly.js/dist/${plotlyBundle(traces)}`), "utf8");
  return `<script>${scriptForHtml(library)}</script>\n<script>${DRAW}</script>`;
}
