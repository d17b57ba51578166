/** A value as a message shows it; a part of what Node.js can. */
export function inspect(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function: ${value.name || "(anonymous)"}]`;
  if (value instanceof Error) return value.stack ?? String(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as unknown as ArrayLike<unknown>);
    const more = items.length > MOST_ITEMS ? [`... ${items.length - MOST_ITEMS} more items`] : [];
    return `[ ${[...items.slice(0, MOST_ITEMS).map(inspectFlat), ...more].join(", ")} ]`;
  }
  const entries = Object.entries(value).map(([name, each]) => `${name}: ${inspectFlat(each)}`);
  return `{ ${entries.slice(0, MOST_ITEMS).join(", ")} }`;
}

const MOST_ITEMS = 100;

const inspectFlat = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Array.isArray(value)
      ? "[Array]"
      : "[Object]"
    : inspect(value);
