/**
 * What a terminal may be told by text that is not ours: colours (`ESC [ … m`) and erasing of a line (`ESC [ K`), which
 * progress bars use.
 */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const ALLOWED = /\x1b\[[\d;:]*m|\x1b\[[012]?K/;

/** Sequences of a terminal: CSI, and strings (OSC, DCS, SOS, PM, APC) up to their end. */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- as above
  /\x1b\[[\d:;<=>?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/;

/** C0 without tab, newline and return; DEL; C1, of which some begin sequences just as ESC does. */
// eslint-disable-next-line no-control-regex -- as above
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/;

const ALL = new RegExp(`${ALLOWED.source}|${SEQUENCE.source}|${CONTROLS.source}`, "g");
const ONLY_ALLOWED = new RegExp(`^(?:${ALLOWED.source})$`);

/**
 * The one place where text of the data, of a cell or of an error becomes text of the terminal: it cannot move the
 * cursor, set the title, reach the clipboard or ask the terminal anything.
 */
export function terminalText(text: string): string {
  return text.replace(ALL, (sequence) => (ONLY_ALLOWED.test(sequence) ? sequence : ""));
}
