import { escapeHtml } from "../../escape-html";
import { type PageSettings, SETTINGS_ID } from "./app/settings";
import { PAGE_STYLE } from "./style";

export interface PageTexts {
  title: string;
  /** Texts that a visitor tries with a click. */
  examples: readonly string[];
}

/** Everything that is not from this folder is forbidden, and any connection: what a visitor types cannot leave the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'unsafe-inline'",
  "connect-src 'none'",
  "form-action 'none'",
  "base-uri 'none'",
].join("; ");

/** The page itself; its program and its parts lie beside it. */
export function pageHtml({ title, examples }: PageTexts, settings: PageSettings): string {
  // In a script element nothing is escaped, so that no "</script>" may stand in it.
  const json = JSON.stringify(settings).replaceAll("<", "\\u003c");
  const buttons = examples.map(
    (text) => `<li><button type="button" data-text="${escapeHtml(text)}">${escapeHtml(text)}</button></li>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="content-security-policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="finetune-ts">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}
ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem .5rem; }
li button { font-size: .9rem; text-align: left; }
#answers { min-height: 5rem; }
.spoken { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
footer { margin-top: 3rem; font-size: .85rem; opacity: .8; }
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<label for="text">Text</label>
<textarea id="text" rows="4" autofocus></textarea>
<table id="answers" aria-label="What the model makes of it"></table>
<p id="status" role="status"></p>
<p id="spoken" class="spoken" aria-live="polite"></p>
${buttons.length > 0 ? `<p id="try">Or try one of these:</p>\n<ul aria-labelledby="try">\n${buttons.join("\n")}\n</ul>` : ""}
<noscript>This page computes its answers itself, for which it needs JavaScript.</noscript>
</main>
<footer>The model runs in this page. What you type stays on your device.</footer>
<script type="application/json" id="${SETTINGS_ID}">${json}</script>
<script src="app.js"></script>
</body>
</html>
`;
}
