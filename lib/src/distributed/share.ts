/** A part of a sequence: from `from` to before `to`. */
export interface Range {
  from: number;
  to: number;
}

/** The part with this number, of so many that are as equal as can be. */
export function rangeOf(length: number, part: number, parts: number): Range {
  return { from: Math.floor((length * part) / parts), to: Math.floor((length * (part + 1)) / parts) };
}
