/** How the pages look on which a classifier is tried: dark or light as the reader has it, and as narrow as a telephone. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; }
body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem; }
textarea { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; }
button { font: inherit; padding: .4rem 1.2rem; margin-top: .5rem; }
table { margin-top: 1.5rem; border-spacing: .75rem .25rem; }
th { text-align: left; font-weight: 600; }
td { font-variant-numeric: tabular-nums; }
meter { width: min(12rem, 40vw); }
`;
