import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import typescript from "highlight.js/lib/languages/typescript";
import katex from "@vscode/markdown-it-katex";
import MarkdownIt from "markdown-it";
import { readFileSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { MimeBundle } from "../notebook-file";
import { escapeHtml } from "finetune-ts/internal";

hljs.registerLanguage("typescript", typescript);
hljs.registerLanguage("bash", bash);
hljs.registerLanguage("json", json);

/** Code as highlighted HTML; plain where the language is not known. */
export function highlight(code: string, language: string): string {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escapeHtml(code);
}

/** A heading of the page, for its table of contents. */
export interface Heading {
  level: number;
  /** Plain text. */
  title: string;
  /** Unique in the page. */
  id: string;
}

const IMAGE_TYPES: Record<string, string> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".svg": "image/svg+xml",
  ".webp": "image/webp",
};

/** Formulas become MathML, which browsers draw by themselves: no script, no style sheet, no fonts. What is no formula stays text. */
const FORMULAS = { output: "mathml", throwOnError: false, strict: "ignore" };

/** Renders the markdown of one page; collects its headings on the way. */
export class MarkdownRenderer {
  readonly headings: Heading[] = [];
  private readonly ids = new Set<string>();
  private readonly md = new MarkdownIt({ html: true, linkify: true, highlight });
  private attachments: Record<string, MimeBundle> = {};

  /** @param folder where relative images lie */
  constructor(private readonly folder: string) {
    this.md.use(katex, FORMULAS);
    const { rules } = this.md.renderer;
    const renderImage = rules.image;
    rules.image = (tokens, index, options, env, self) => {
      const token = tokens[index];
      token?.attrSet("src", this.inlineImage(String(token.attrGet("src") ?? "")));
      return renderImage?.(tokens, index, options, env, self) ?? self.renderToken(tokens, index, options);
    };
    rules.table_open = () => '<div class="table"><table>\n';
    rules.table_close = () => "</table></div>\n";
  }

  render(source: string, attachments: Record<string, MimeBundle> = {}): string {
    this.attachments = attachments;
    const env = {};
    const tokens = this.md.parse(source, env);
    tokens.forEach((token, i) => {
      if (token.type !== "heading_open") return;
      const children = tokens[i + 1]?.children ?? [];
      const title = children
        .map(({ type, content }) => (/^(text|code_inline)$/.test(type) ? content : ""))
        .join("");
      const id = this.uniqueId(title);
      token.attrSet("id", id);
      this.headings.push({ level: Number(token.tag.slice(1)), title, id });
    });
    return this.md.renderer.render(tokens, this.md.options, env);
  }

  /** Markdown that a cell printed: its headings are not the page's. */
  renderFragment(source: string): string {
    return this.md.render(source);
  }

  private uniqueId(title: string): string {
    const words = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-+|-+$/g, "");
    const base = words || "section";
    let id = base;
    for (let i = 2; this.ids.has(id); i++) id = `${base}-${i}`;
    this.ids.add(id);
    return id;
  }

  /** The page stands alone: images beside the notebook and its attachments go into it. */
  private inlineImage(source: string): string {
    if (source.startsWith("attachment:")) {
      const [entry] = Object.entries(this.attachments[decoded(source.slice("attachment:".length))] ?? {});
      return entry && typeof entry[1] === "string" ? `data:${entry[0]};base64,${entry[1]}` : source;
    }
    const type = IMAGE_TYPES[extname(source).toLowerCase()];
    if (type === undefined || /^[a-z][a-z\d+.-]*:|^\/\//i.test(source)) return source;
    try {
      return `data:${type};base64,${readFileSync(resolve(this.folder, decoded(source))).toString("base64")}`;
    } catch {
      // There is no such picture; the page says what it would have been.
      return source;
    }
  }
}

/** An address as its author wrote it; one whose percent signs encode nothing is taken as it stands. */
function decoded(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
