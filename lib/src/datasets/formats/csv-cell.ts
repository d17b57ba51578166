/** A cell of a delimited file (RFC 4180): in quotes where it holds a delimiter, a quote or a line end. */
export const csvCell = (text: string, delimiter: string): string =>
  text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
