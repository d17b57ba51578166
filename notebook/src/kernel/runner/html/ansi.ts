import { escapeHtml } from "finetune-ts/internal";

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

interface Style {
  classes: Set<string>;
  /** Colours outside the sixteen named ones, as CSS. */
  css: Map<string, string>;
}

/**
 * Text with ANSI escapes as HTML: colours and weights become `<span class="ansi-…">`, all other escapes
 * vanish, everything else is escaped.
 */
export function ansiToHtml(text: string): string {
  const style: Style = { classes: new Set(), css: new Map() };
  let html = "";
  let last = 0;
  // Colour sequences; other CSI sequences; links and titles (OSC); stray controls.
  const escapes =
    // eslint-disable-next-line no-control-regex
    /\x1b\[([\d;:]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]/g;
  for (const match of text.matchAll(escapes)) {
    const start = match.index ?? 0;
    html += span(text.slice(last, start), style);
    last = start + match[0].length;
    if (match[1] !== undefined) apply(match[1], style);
  }
  return html + span(text.slice(last), style);
}

function span(text: string, { classes, css }: Style): string {
  if (text === "") return "";
  const escaped = escapeHtml(text);
  if (classes.size === 0 && css.size === 0) return escaped;
  const className = classes.size > 0 ? ` class="${[...classes].join(" ")}"` : "";
  const inline =
    css.size > 0 ? ` style="${[...css].map(([name, value]) => `${name}:${value}`).join(";")}"` : "";
  return `<span${className}${inline}>${escaped}</span>`;
}

function apply(codes: string, style: Style): void {
  const numbers = codes.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const code = numbers[i] ?? 0;
    if (code === 0) {
      style.classes.clear();
      style.css.clear();
    } else if (code === 1) style.classes.add("ansi-bold");
    else if (code === 2) style.classes.add("ansi-dim");
    else if (code === 3) style.classes.add("ansi-italic");
    else if (code === 4) style.classes.add("ansi-underline");
    else if (code === 22) ["ansi-bold", "ansi-dim"].forEach((name) => style.classes.delete(name));
    else if (code === 23) style.classes.delete("ansi-italic");
    else if (code === 24) style.classes.delete("ansi-underline");
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) setColour(style, "fg", code % 10);
    else if ((code >= 40 && code <= 47) || (code >= 100 && code <= 107)) setColour(style, "bg", code % 10);
    else if (code === 39) clearColour(style, "fg");
    else if (code === 49) clearColour(style, "bg");
    else if (code === 38 || code === 48) i = extendedColour(numbers, i, style);
  }
}

type Ground = "fg" | "bg";

function clearColour(style: Style, ground: Ground): void {
  for (const name of COLOURS) style.classes.delete(`ansi-${ground}-${name}`);
  style.css.delete(ground === "fg" ? "color" : "background-color");
}

function setColour(style: Style, ground: Ground, index: number): void {
  clearColour(style, ground);
  style.classes.add(`ansi-${ground}-${COLOURS[index] ?? "white"}`);
}

/** `38;5;n` (256 colours) or `38;2;r;g;b`. @returns the index of the last number used */
function extendedColour(numbers: number[], i: number, style: Style): number {
  const ground = numbers[i] === 38 ? "fg" : "bg";
  const property = ground === "fg" ? "color" : "background-color";
  const byte = (value: number | undefined) => Math.min(Math.max(Math.trunc(value ?? 0) || 0, 0), 255);
  clearColour(style, ground);
  if (numbers[i + 1] === 2) {
    style.css.set(property, `rgb(${byte(numbers[i + 2])},${byte(numbers[i + 3])},${byte(numbers[i + 4])})`);
    return i + 4;
  }
  const n = byte(numbers[i + 2]);
  if (n < 16) setColour(style, ground, n % 8);
  else if (n >= 232)
    style.css.set(
      property,
      `rgb(${Array(3)
        .fill(8 + 10 * (n - 232))
        .join(",")})`,
    );
  else {
    const level = (digit: number) => (digit === 0 ? 0 : 55 + 40 * digit);
    const cube = n - 16;
    const rgb = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level);
    style.css.set(property, `rgb(${rgb.join(",")})`);
  }
  return i + 2;
}
