import type { MimeBundle } from "./mime";

/** A `display_data` message, or with `update` an `update_display_data` one, as tslab puts it on the wire. */
type WriteDisplayData = (
  content: { data: MimeBundle; metadata: object; transient: { display_id?: string } },
  update: boolean,
) => void;

interface TslabModule {
  ZmqServer?: unknown;
  lastWriteDisplayData?: WriteDisplayData | null;
}

const MODULE_FILE = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

/**
 * tslab's way out for displays, or undefined where no tslab kernel runs a cell in this process.
 *
 * tslab's public `display` sends one MIME type a message, and a front end cannot choose among messages; the
 * function behind it takes all forms at once. It is looked up among the modules already loaded, so a script
 * that never saw a kernel does not load one, and a kernel installed elsewhere is found too.
 */
export function tslabChannel(): WriteDisplayData | undefined {
  for (const [file, loaded] of Object.entries(require.cache)) {
    if (!MODULE_FILE.test(file)) continue;
    const write = (loaded?.exports as TslabModule | undefined)?.lastWriteDisplayData;
    if (write) return write;
  }
  return undefined;
}

/** Whether this code runs in a cell of a tslab kernel. */
export function insideNotebook(): boolean {
  return tslabChannel() !== undefined;
}
