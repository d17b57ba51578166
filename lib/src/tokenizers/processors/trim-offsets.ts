import type { Token } from "../text-encoder";

/** How a `ByteLevel` or `RobertaProcessing` leaves white space out of where tokens come from. */
export interface OffsetTrim {
  /** Whether the space before a text may be one that was added. */
  hasPrefixSpace: boolean;
}

const LEADING = /^[Ġ\p{White_Space}]*/u;
const TRAILING = /[Ġ\p{White_Space}]*$/u;

/**
 * Leaves the white space with which tokens are spelled out of where they come from.
 *
 * @param tokens  of one text
 * @param tokenOf how a token is spelled
 * @see tokenizers, process_offsets of its ByteLevel, whose oddities these are: the space of a token at the beginning counts as one that
 *   was added, whether it was or not
 */
export function trimOffsets<Kind extends Token>(
  tokens: readonly Kind[],
  { hasPrefixSpace }: OffsetTrim,
  tokenOf: (id: number) => string | undefined,
): Kind[] {
  return tokens.map((token, i) => {
    const spelled = token.added ?? tokenOf(token.id) ?? "";
    let leading = LEADING.exec(spelled)![0].length;
    const trailing = TRAILING.exec(spelled)![0].length;
    if (leading === 0 && trailing === 0) return token;
    let [start, end] = token.span;
    if (leading === 1 && hasPrefixSpace && (i === 0 || start === 0)) leading = 0;
    start = Math.min(start + leading, end);
    if (trailing > 0 && end >= trailing) end = Math.max(end - trailing, start);
    return { ...token, span: [start, end] };
  });
}
