const MB = 2 ** 20;

/**
 * How much memory may be asked for beyond the content of a data file, in bytes: a small file of any kind is read, and none
 * of under 10 MB takes 2 GB.
 *
 * @param fileBytes  size of the file as it is on disk
 */
export const memoryBudget = (fileBytes: number): number =>
  256 * MB + Math.min(1000 * fileBytes, 512 * MB + 50 * fileBytes);

/** How long the content of a compressed file may be, in bytes. Texts are compressed to a third or a fifth. */
export const unpackedLimit = (fileBytes: number): number => Math.max(64 * MB, 8 * fileBytes);

/** What takes memory while a column is decoded, in bytes, as measured with columns of zeros: */
export const DECODED_BYTES = {
  /** a number, a null, and a text that is said by its place in a dictionary, */
  value: 48,
  /** a text that stands for itself, as a view of its bytes, */
  text: 128,
  /** a list in a row, */
  list: 400,
  /** and a field of an object. */
  field: 400,
};
