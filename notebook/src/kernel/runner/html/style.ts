/** The look of the page: one reading column, contents beside it where there is room, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --font: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --page: #ffffff; --panel: #f6f7f9; --text: #1f2328; --quiet: #5d6673; --line: #e1e5ea;
  --accent: #2f6fde; --accent-soft: #eaf1fd; --bad: #b3261e; --bad-soft: #fdecea; --warn-soft: #fff6e0;
  --keyword: #a626a4; --string: #2f7d32; --number: #b35900; --comment: #78828f; --title: #2456c9; --type: #0b7285;
  --ansi-red: #c5221f; --ansi-green: #1e7e34; --ansi-yellow: #8a6100; --ansi-blue: #1a5fd0;
  --ansi-magenta: #a626a4; --ansi-cyan: #0b7285; --ansi-black: #1f2328; --ansi-white: #6b7480;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --panel: #1c2027; --text: #dde2e9; --quiet: #98a2b0; --line: #2e343e;
    --accent: #7fb0ff; --accent-soft: #1d2a40; --bad: #ff8a80; --bad-soft: #3a1d1c; --warn-soft: #332a14;
    --keyword: #d79bf0; --string: #98d08f; --number: #f0b070; --comment: #8390a0; --title: #8db8ff; --type: #76d1e0;
    --ansi-red: #ff8a80; --ansi-green: #7fd48c; --ansi-yellow: #e6c05c; --ansi-blue: #8db8ff;
    --ansi-magenta: #d79bf0; --ansi-cyan: #76d1e0; --ansi-black: #98a2b0; --ansi-white: #dde2e9;
  }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1.5rem; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.65 var(--font); }
.layout { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 78rem; margin: 0 auto; padding: 0 1.25rem; }
main { min-width: 0; max-width: 54rem; width: 100%; margin: 0 auto; padding: 2.5rem 0 5rem; }
nav { font-size: .9rem; line-height: 1.4; }
nav details > summary { cursor: pointer; padding: 1rem 0 .25rem; font-weight: 600; color: var(--quiet); }
nav ol { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .3rem .75rem; border-left: 2px solid var(--line); color: var(--quiet); text-decoration: none; }
nav a:hover, nav a.here { color: var(--accent); border-color: var(--accent); }
nav .level-3 a { padding-left: 1.5rem; }
@media (min-width: 68rem) {
  .layout { grid-template-columns: 16rem minmax(0, 1fr); gap: 3.5rem; }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2.5rem 0 2rem; }
  nav details > summary { padding-top: 0; list-style: none; cursor: default; }
}
a { color: var(--accent); }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 2.2rem; letter-spacing: -.02em; margin: 0 0 1rem; }
h2 { font-size: 1.5rem; letter-spacing: -.01em; margin: 3.5rem 0 .75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p, ul, ol { margin: .75rem 0; }
blockquote { margin: 1rem 0; padding: .25rem 1rem; border-left: 3px solid var(--accent); background: var(--accent-soft); border-radius: 0 6px 6px 0; }
img, svg { max-width: 100%; height: auto; }
code, pre { font-family: var(--mono); font-size: .84rem; font-variant-ligatures: none; }
:not(pre) > code { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: .1em .35em; overflow-wrap: anywhere; }
pre { margin: 0; padding: .85rem 1rem; overflow-x: auto; line-height: 1.5; tab-size: 2; }
.prose pre { background: var(--panel); border-radius: 8px; }
.cell { position: relative; margin: 1.4rem 0 1.8rem; border: 1px solid var(--line); border-radius: 10px; }
.cell.failed { border-color: var(--bad); }
.code { background: var(--panel); border-radius: 9px; }
.code:not(:last-child) { border-radius: 9px 9px 0 0; }
.badge { position: absolute; top: -.62rem; right: .9rem; line-height: 1.2rem; padding: 0 .45rem; border: 1px solid var(--line); border-radius: .6rem; background: var(--page); color: var(--quiet); font: .7rem/1.15rem var(--mono); user-select: none; }
.outputs { border-top: 1px solid var(--line); padding: .35rem 0; border-radius: 0 0 9px 9px; overflow: hidden; }
.outputs > * + * { margin-top: .25rem; }
.outputs pre { max-height: 36rem; overflow: auto; padding-block: .5rem; }
.outputs .rich, .outputs .prose { padding: .5rem 1rem; overflow-x: auto; }
.outputs > img { display: block; padding: .5rem 1rem; }
.stream, .error { white-space: pre-wrap; overflow-wrap: anywhere; }
.stderr { background: var(--warn-soft); }
.error { background: var(--bad-soft); color: var(--bad); }
.plot { margin: 0; padding: .5rem; overflow-x: auto; }
.plot > img { display: block; min-width: 30rem; }
.plot.drawn > img { display: none; }
.katex-block { overflow-x: auto; overflow-y: hidden; padding: .25rem 0; }
math { font-size: 1.08em; }
details { margin: 1rem 0; padding: 0 1rem; border: 1px solid var(--line); border-radius: 8px; }
nav details { margin: 0; padding: 0; border: 0; }
details > summary { cursor: pointer; padding: .5rem 0; font-weight: 600; color: var(--accent); }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
.table { overflow-x: auto; margin: 1rem 0; }
th, td { padding: .35rem .8rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom-width: 2px; color: var(--quiet); font-weight: 600; }
footer { margin-top: 4rem; color: var(--quiet); font-size: .85rem; }
.hljs-keyword, .hljs-literal, .hljs-built_in { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-subst .hljs-string { color: var(--string); }
.hljs-number { color: var(--number); }
.hljs-comment { color: var(--comment); font-style: italic; }
.hljs-title, .hljs-attr { color: var(--title); }
.hljs-type, .hljs-title.class_ { color: var(--type); }
.hljs-subst { color: inherit; }
.ansi-bold { font-weight: 700; } .ansi-dim { opacity: .65; } .ansi-italic { font-style: italic; } .ansi-underline { text-decoration: underline; }
${["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
  .map(
    (name) =>
      `.ansi-fg-${name} { color: var(--ansi-${name}); } .ansi-bg-${name} { background: var(--ansi-${name}); color: var(--page); }`,
  )
  .join("\n")}
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { font-size: 10.5pt; line-height: 1.5; }
  nav { display: none; } .layout { display: block; max-width: none; padding: 0; } main { max-width: none; padding: 0; }
  .outputs, .outputs pre, .plot, .outputs .rich { max-height: none; overflow: visible; }
  pre, code { font-size: 8.5pt; } pre { white-space: pre-wrap; overflow-wrap: anywhere; } a { color: inherit; text-decoration: none; }
  .plot.drawn > img { display: block; } .plot.drawn > div { display: none; } .plot > img { min-width: 0; max-width: 15cm; }
  h1, h2, h3, h4 { break-after: avoid; } h2 { margin-top: 1.5rem; }
  .code, .plot, img, svg, tr, blockquote, .katex-block { break-inside: avoid; }
  p { orphans: 3; widows: 3; }
}
`;
