import { inspect } from "node:util";
import { richForms } from "../../results";
import type { Bundle } from "../protocol/cell-messages";

/** The method under which objects offer their forms to Jupyter kernels for JavaScript. */
const JUPYTER_DISPLAY = Symbol.for("Jupyter.display");

interface Offers {
  toMimeBundle?: unknown;
  [JUPYTER_DISPLAY]?: unknown;
}

/**
 * The forms in which a cell's value is shown: those that it offers itself, those that this package knows for its
 * kind, or its text by `util.inspect`.
 *
 * @returns `undefined` for nothing to show
 */
export async function formsOf(
  value: unknown,
): Promise<{ data: Bundle; metadata: Record<string, unknown> } | undefined> {
  if (value === undefined) return undefined;
  const data = (await offered(value)) ?? richForms(value) ?? {};
  return { data: { ...data, "text/plain": data["text/plain"] ?? inspect(value) }, metadata: {} };
}

async function offered(value: unknown): Promise<Bundle | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const { toMimeBundle, [JUPYTER_DISPLAY]: display } = value as Offers;
  for (const offer of [toMimeBundle, display]) {
    if (typeof offer !== "function") continue;
    const bundle: unknown = await offer.call(value);
    if (typeof bundle === "object" && bundle !== null) return bundle as Bundle;
  }
  return undefined;
}
