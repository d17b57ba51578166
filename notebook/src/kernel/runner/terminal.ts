import { stripVTControlCharacters } from "node:util";
import { singleLine } from "../../mime";
import type { Screen } from "./screen";
import { terminalText } from "./terminal-text";
import { collapseCarriageReturns, displayId } from "./outputs";
import type { Message } from "../protocol/wire";

/** Off a terminal, and for displays that have scrolled on, a changing display is printed this often at most. */
const SPARSE_MS = 10_000;

interface Shown {
  text: string;
  /** What of it was printed last, and when. */
  printed: string;
  printedAt: number;
}

/**
 * Shows a run on a terminal: headings, text as it comes, displays. On a TTY the displays at the end of the
 * screen are redrawn in place; elsewhere each change prints the lines that are new, now and then.
 */
export class TerminalView {
  private readonly displays = new Map<string, Shown>();
  /** Displays at the very end of the screen, in order; they can be redrawn. */
  private live: string[] = [];
  private liveHeight = 0;
  /** Off a TTY: the start of a line that has not ended yet. */
  private partial = "";
  private atLineStart = true;
  private cut = "";

  constructor(
    private readonly screen: Screen,
    private readonly now: () => number = Date.now,
  ) {}

  private get redraws(): boolean {
    return this.screen.isTTY === true;
  }

  private style(codes: string, text: string): string {
    return this.redraws ? `\x1b[${codes}m${text}\x1b[0m` : text;
  }

  /** Begins a section. @param place such as "cell 3 of 12" */
  heading(title: string, place: string): void {
    this.settle();
    title = singleLine(terminalText(title));
    const width = Math.min(this.screen.columns || 80, 100);
    const rule = "─".repeat(Math.max(width - title.length - place.length - 6, 0));
    // A narrow screen has the place on a line of its own.
    const gap = rule === "" ? "\n   " : ` ${rule} `;
    this.print(`\n${this.style("1;36", `── ${title}`)}${this.style("2", `${gap}${place}`)}\n`);
  }

  /** Shows an output message. */
  show({ header, content }: Message): void {
    switch (header.msg_type) {
      case "stream":
        return this.stream(terminalText(this.whole(String(content.text))));
      case "display_data":
      case "execute_result":
      case "update_display_data": {
        const text = plainText(content.data);
        if (text !== undefined)
          this.display(displayId(content), terminalText(text), header.msg_type === "update_display_data");
        return;
      }
      case "error": {
        const lines = Array.isArray(content.traceback)
          ? content.traceback.map((line) => terminalText(String(line)))
          : [];
        const [first = terminalText(`${String(content.ename)}: ${String(content.evalue)}`), ...rest] = lines;
        this.settle();
        this.print(`${this.style("31", first)}\n`);
        if (rest.length > 0) this.print(`${this.style("2", rest.join("\n"))}\n`);
      }
    }
  }

  /** Holds back the beginning of a sequence that ends in the next piece of text. */
  private whole(text: string): string {
    const joined = this.cut + text;
    // eslint-disable-next-line no-control-regex -- sequences begin with ESC
    const [cut = ""] = /\x1b(?:\[[\d;:]{0,20})?$/.exec(joined) ?? [];
    this.cut = cut;
    return joined.slice(0, joined.length - cut.length);
  }

  private stream(text: string): void {
    this.leaveDisplays();
    if (this.redraws) return this.print(text);
    const lines = (this.partial + text).split("\n");
    this.partial = lines.pop() ?? "";
    if (lines.length > 0) this.print(collapseCarriageReturns(lines.join("\n")) + "\n");
  }

  private display(id: string | undefined, text: string, update: boolean): void {
    if (id === undefined) {
      this.settle();
      this.print(`${text}\n`);
      return;
    }
    const shown = this.displays.get(id) ?? { text, printed: "", printedAt: -Infinity };
    shown.text = text;
    this.displays.set(id, shown);
    if (this.redraws && (!update || this.live.includes(id))) this.redraw(id, shown);
    else if (!update || this.now() - shown.printedAt >= SPARSE_MS) this.printNews(shown);
  }

  /** Draws the displays at the end of the screen again, `id` among them. */
  private redraw(id: string, shown: Shown): void {
    if (this.liveHeight === 0) this.flushPartial();
    const live = this.live.includes(id) ? this.live : [...this.live, id];
    const texts = live.map((each) => this.displays.get(each)?.text ?? "");
    const height = texts.reduce((sum, text) => sum + this.height(text), 0);
    // What does not fit on the screen cannot be drawn over: from here on only its new lines are printed.
    if (height >= (this.screen.rows || 24)) return this.printNews(shown);
    const back = this.liveHeight > 0 ? `\r\x1b[${this.liveHeight}A\x1b[J` : "";
    this.print(back + texts.map((text) => `${text}\n`).join(""));
    this.live = live;
    this.liveHeight = height;
    for (const each of live) this.markPrinted(each);
  }

  private markPrinted(id: string): void {
    const shown = this.displays.get(id);
    if (!shown) return;
    shown.printed = shown.text;
    shown.printedAt = this.now();
  }

  /** Rows that a text takes, wrapped at the screen's width. */
  private height(text: string): number {
    const columns = this.screen.columns || 80;
    return stripVTControlCharacters(text)
      .split("\n")
      .reduce((rows, line) => rows + Math.max(Math.ceil([...line].length / columns), 1), 0);
  }

  /** Prints the lines that the last print of this display did not have: the new rows of a growing table. */
  private printNews(shown: Shown): void {
    if (shown.text === shown.printed) return;
    this.leaveDisplays();
    this.flushPartial();
    const old = new Set(shown.printed.split("\n"));
    const news = shown.text.split("\n").filter((line) => !old.has(line));
    shown.printed = shown.text;
    shown.printedAt = this.now();
    if (news.length > 0) this.print(`${news.join("\n")}\n`);
  }

  private leaveDisplays(): void {
    this.live = [];
    this.liveHeight = 0;
  }

  private flushPartial(): void {
    if (this.partial !== "") {
      const text = collapseCarriageReturns(this.partial);
      this.partial = "";
      this.print(text);
    }
    if (!this.atLineStart) this.print("\n");
  }

  /** Ends a cell: the last state of everything stands on the screen, the cursor on a fresh line. */
  settle(): void {
    this.flushPartial();
    for (const shown of this.displays.values()) this.printNews(shown);
    this.leaveDisplays();
  }

  private print(text: string): void {
    if (text === "") return;
    this.screen.write(text);
    this.atLineStart = text.endsWith("\n");
  }

  /** The screen is about to be written by somebody else (a prompt); afterwards the cursor is on a fresh line. */
  yieldScreen(): void {
    this.flushPartial();
    this.leaveDisplays();
  }
}

/** The text of an output; for one that has none, what it is. */
function plainText(data: unknown): string {
  const bundle = (data ?? {}) as Record<string, unknown>;
  const text = bundle["text/plain"] ?? bundle["text/markdown"];
  if (typeof text === "string") return text.replace(/\n$/, "");
  const types = Object.keys(bundle);
  if (types.some((type) => type.startsWith("application/vnd.plotly"))) return "[plot]";
  if (types.some((type) => type.startsWith("image/"))) return "[image]";
  return `[${types.includes("text/html") ? "HTML" : (types[0] ?? "empty")} output]`;
}
