import { CodePointSet } from "../unicode/code-points";
import { CANONICAL, COMPATIBLE } from "../unicode/normalization-tables";

export type UnicodeForm = "NFC" | "NFD" | "NFKC" | "NFKD";

const canonical = new CodePointSet(CANONICAL);
const compatible = new CodePointSet(COMPATIBLE);

const ASCII = /^[\0-\x7f]*$/;

/**
 * Unicode normalisation as of the tables of the Rust library. Node's are those of its ICU, and newer: what the library
 * does not know (and therefore leaves alone, and lets nothing compose across) is kept out of it.
 *
 * @see https://unicode.org/reports/tr15/
 */
export function unicodeForm(form: UnicodeForm): (text: string) => string {
  const known = form === "NFC" || form === "NFD" ? canonical : compatible;
  return (text) => {
    if (ASCII.test(text)) return text;
    let result = "";
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      const codePoint = text.codePointAt(i)!;
      const width = codePoint > 0xffff ? 2 : 1;
      if (!known.has(codePoint)) {
        result += text.slice(start, i).normalize(form) + text.slice(i, i + width);
        start = i + width;
      }
      i += width - 1;
    }
    return result + text.slice(start).normalize(form);
  };
}
