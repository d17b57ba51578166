import { escapeHtml } from "finetune-ts/internal";
import { textColumns } from "../text-columns";
import { wrapText } from "../wrap-text";
import type { Displayable } from "../mime";
import { INK } from "./house-style";

/** A token in a box of its colour. */
export interface TokenBox {
  token: string;
  /** Red, green and blue of the box, 0 to 255. */
  colour: readonly [number, number, number];
  /** How much of it, 0 to 1. */
  strength: number;
  /** Whether it stands close to the one before: a piece of the same word. Default false. */
  joined?: boolean;
  /** A small line below the token. */
  note?: string;
}

/** Text in coloured boxes: HTML that wraps on a page, SVG elsewhere, text for the terminal. */
export interface TokenStrip extends Displayable {
  readonly boxes: readonly TokenBox[];
  readonly text: string;
}

/** Full strength still lets dark and light text through. */
const MOST = 0.55;

const WIDTH = 640;
const CHARACTER = 7.9;
const PADDING = 5;
const LINE = 46;

/**
 * @param title  above the boxes
 * @param plain  the text form
 */
export function tokenStrip(title: string, boxes: readonly TokenBox[], plain: readonly string[]): TokenStrip {
  const text = plain.flatMap((part) => wrapText(part, textColumns())).join("\n");
  return {
    boxes,
    text,
    toMimeBundle: () => ({
      "text/html": html(title, boxes),
      "image/svg+xml": svg(title, boxes),
      "text/plain": text,
    }),
  };
}

function html(title: string, boxes: readonly TokenBox[]): string {
  const spans = boxes.map(({ token, colour, strength, joined, note }) => {
    const style = [
      "display:inline-block;vertical-align:top;text-align:center;border-radius:4px;padding:.1em .35em",
      `margin:.15em .1em .15em ${joined ? "0" : ".3em"}`,
      `background:rgba(${colour.join(",")},${(MOST * strength).toFixed(3)})`,
    ].join(";");
    const below = note === undefined ? "" : `<br><small style="opacity:.75">${escapeHtml(note)}</small>`;
    return `<span style="${style}"><code style="background:none;border:0;padding:0;color:inherit">${escapeHtml(token)}</code>${below}</span>`;
  });
  return `<p style="font-weight:600;margin:.25em 0">${escapeHtml(title)}</p><div style="line-height:1.5">${spans.join("")}</div>`;
}

function svg(title: string, boxes: readonly TokenBox[]): string {
  let x = 0;
  let y = 34;
  const parts = boxes.map(({ token, colour, strength, joined, note }) => {
    const longest = Math.max([...token].length, 0.8 * [...(note ?? "")].length);
    const width = Math.ceil(longest * CHARACTER) + 2 * PADDING;
    x += joined ? 2 : 8;
    if (x + width > WIDTH && x > 8) {
      x = 0;
      y += LINE;
    }
    // Opaque and pale, so that dark text reads on it whatever the page is.
    const fill = colour.map((each) => Math.round(255 - MOST * strength * (255 - each)));
    const middle = x + width / 2;
    const texts = [
      `<text x="${middle}" y="${y + 16}" font-size="13" fill="#222222">${escapeHtml(token)}</text>`,
      ...(note === undefined
        ? []
        : [`<text x="${middle}" y="${y + 34}" font-size="10" fill="${INK}">${escapeHtml(note)}</text>`]),
    ];
    const box = `<rect x="${x}" y="${y}" width="${width}" height="22" rx="4" fill="rgb(${fill.join(",")})"/>`;
    x += width;
    return box + texts.join("");
  });
  const height = y + LINE;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}">` +
    `<title>${escapeHtml(title)}</title>` +
    `<text x="0" y="18" font-family="system-ui, sans-serif" font-size="16" fill="${INK}">${escapeHtml(title)}</text>` +
    `<g font-family="ui-monospace, monospace" text-anchor="middle">${parts.join("")}</g></svg>`
  );
}
