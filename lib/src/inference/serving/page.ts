import { escapeHtml } from "../../escape-html";
import { PAGE_STYLE } from "../../export/page/style";
import type { Classification } from "../text-classification";

/** A page with a field for a text and what was made of the last one; it needs no script. */
export function answerPage(
  title: string,
  text: string,
  labels: readonly Classification[],
  longest: number,
): string {
  const rows = labels.map(
    ({ label, score }) =>
      `<tr><th scope="row">${escapeHtml(label)}</th><td><meter value="${score.toFixed(4)}"></meter></td><td>${(100 * score).toFixed(1)} %</td></tr>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<form method="get" action="/">
<label for="text">Text</label>
<textarea id="text" name="text" rows="4" maxlength="${longest}" autofocus>${escapeHtml(text)}</textarea>
<button>Classify</button>
</form>
${rows.length > 0 ? `<table>${rows.join("")}</table>` : ""}
</body>
</html>
`;
}
