/** Names under which checkpoints ship a vocabulary of SentencePiece's own format. */
export const SENTENCE_PIECE_FILES: readonly string[] = [
  "spm.model",
  "sentencepiece.bpe.model",
  "spiece.model",
  "tokenizer.model",
];

/** What to do where a checkpoint has such a file alone. */
export const convertAdvice = (file: string): string =>
  `Its vocabulary is in ${file}, SentencePiece's own format, which is not read here. In Python, ` +
  "AutoTokenizer.from_pretrained(NAME).save_pretrained(FOLDER) makes a tokenizer.json of it; use that folder.";
