import { kernelBridge } from "./kernel-bridge";
import type { MimeBundle } from "./mime";

/** Sends a `display_data` message, or with `update` an `update_display_data` one. */
type WriteDisplayData = (
  content: { data: MimeBundle; metadata: Record<string, unknown>; transient: { display_id?: string } },
  update: boolean,
) => void;

interface TslabModule {
  ZmqServer?: unknown;
  lastWriteDisplayData?: WriteDisplayData | null;
}

const MODULE_FILE = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

/**
 * The way out for displays: our kernel's, or tslab's, or undefined where no kernel runs a cell in this process.
 *
 * tslab's public `display` sends one MIME type a message, and a front end cannot choose among messages; the
 * function behind it takes all forms at once. It is looked up among the modules already loaded, so a script
 * that never saw a kernel does not load one, and a kernel installed elsewhere is found too.
 */
export function displayChannel(): WriteDisplayData | undefined {
  const bridge = kernelBridge();
  if (bridge) return (content, update) => bridge.display({ ...content, data: { ...content.data } }, update);
  for (const [file, loaded] of Object.entries(require.cache)) {
    if (!MODULE_FILE.test(file)) continue;
    const write = (loaded?.exports as TslabModule | undefined)?.lastWriteDisplayData;
    if (write) return write;
  }
  return undefined;
}

/** Whether this code runs in a notebook's cell. */
export function insideNotebook(): boolean {
  return displayChannel() !== undefined;
}
