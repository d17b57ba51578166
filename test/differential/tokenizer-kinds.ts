import type { Random } from "../checkpoints/support";

const SCRAPS = [
  ..."the film café naïve ΣΟΣ σοφός İstanbul STRASSE straße ﬁne ½ ² ① Ⅷ don't can't U.S.A. $5.00 1,234.5 e-mail a_b x=y `` --".split(
    " ",
  ),
  ..."你好 𠀀 한국어 각 日本 ｶﾞ اَلْعَرَبِيَّةُ हिन्दी ไทย Ελλάδα Привет ё й 👩‍👩‍👧 🇩🇪 😀 e\u0301\u0323 \u0345\u0301a q\u0307\u0323 ﷺ".split(
    " ",
  ),
  ..."\u0085 \u00a0 \u2028 \u3000 \ufeff \u200b \u200d \u00ad \t \n \r\n ▁ ## ##s _ __ · ・ ٣ ५ Ⅷ ㎏".split(
    " ",
  ),
  ..."[MASK] [mask] <url> <URL> new york newyork [UNK] [SEP]".split(" "),
];
const RANGES = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x300, 0x36f],
  [0x370, 0x5ff],
  [0x600, 0x6ff],
  [0x900, 0x97f],
  [0x1100, 0x11ff],
  [0x1e00, 0x1fff],
  [0x2000, 0x206f],
  [0x2100, 0x2bff],
  [0x3000, 0x30ff],
  [0x4e00, 0x4e40],
  [0xa640, 0xa8ff],
  [0xf900, 0xfaff],
  [0xfb00, 0xfdff],
  [0xfe00, 0xffef],
  [0x10400, 0x10fff],
  [0x11000, 0x12fff],
  [0x16000, 0x16fff],
  [0x1d000, 0x1dfff],
  [0x1e000, 0x1f9ff],
  [0x2f800, 0x2fa1f],
  [0xe0000, 0xe01ef],
] as const;

/** A text of many scripts and odd characters. */
export function textOf(random: Random): string {
  const parts: string[] = [];
  for (let i = 1 + random.below(8); i > 0; i--) {
    if (random.below(3) > 0) parts.push(random.pick(SCRAPS));
    else {
      const [low, high] = random.pick(RANGES);
      for (let k = 1 + random.below(4); k > 0; k--)
        parts.push(String.fromCodePoint(low + random.below(high - low + 1)));
    }
    if (random.below(3) > 0) parts.push(random.pick([" ", " ", " ", "  ", "\t", ""]));
  }
  return parts.join("");
}

/** Every character that can come of the texts, alone and within a word: so that the ids show the whole text. */
export function vocabularyOf(texts: readonly string[]): string[] {
  const characters = new Set<string>();
  for (const text of [...texts, "▁x"]) {
    const cased = [text, text.toLowerCase(), ...Array.from(text, (c) => c.toLowerCase())].join("");
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"])
      for (const c of cased.normalize(form)) characters.add(c);
    for (const c of cased) characters.add(c);
  }
  const words = ["the", "film", "##ilm", "x", "##s", "new", "york"];
  return [
    ...new Set([
      "[PAD]",
      "[UNK]",
      "[CLS]",
      "[SEP]",
      "[MASK]",
      ...words,
      ...Array.from(characters, (c) => [c, `##${c}`]).flat(),
    ]),
  ];
}

type Json = Record<string, unknown>;
const seq = (key: string, ...parts: Json[]) => ({ type: "Sequence", [key]: parts });
const split = (pattern: Json, behavior: string, invert = false) => ({
  type: "Split",
  pattern,
  behavior,
  invert,
});
const bert = (lowercase: boolean, strip_accents: boolean | null = null) => ({
  type: "BertNormalizer",
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents,
  lowercase,
});
const meta = (prepend_scheme: string, isSplit = true) => ({
  type: "Metaspace",
  replacement: "▁",
  prepend_scheme,
  split: isSplit,
});

/** Normalizer, pre-tokenizer, decoder, post-processor. */
export const KINDS: Record<
  string,
  [normalizer: Json | null, preTokenizer: Json | null, decoder?: Json, processor?: Json]
> = {
  "BERT, uncased": [
    bert(true),
    { type: "BertPreTokenizer" },
    { type: "WordPiece", prefix: "##", cleanup: true },
  ],
  "BERT, cased": [bert(false), { type: "BertPreTokenizer" }],
  "Lowercase, Whitespace": [{ type: "Lowercase" }, { type: "Whitespace" }],
  "NFC, WhitespaceSplit": [
    { type: "NFC" },
    { type: "WhitespaceSplit" },
    { type: "WordPiece", prefix: "##", cleanup: false },
  ],
  "NFD, StripAccents, Whitespace and Digits": [
    seq("normalizers", { type: "NFD" }, { type: "Lowercase" }, { type: "StripAccents" }),
    seq("pretokenizers", { type: "Whitespace" }, { type: "Digits", individual_digits: true }),
  ],
  "NFKC, Punctuation": [
    seq("normalizers", { type: "NFKC" }, { type: "Strip", strip_left: true, strip_right: true }),
    seq(
      "pretokenizers",
      { type: "WhitespaceSplit" },
      { type: "Punctuation", behavior: "MergedWithPrevious" },
    ),
  ],
  "NFKD, Nmt, Digits": [
    seq("normalizers", { type: "Nmt" }, { type: "NFKD" }),
    seq(
      "pretokenizers",
      { type: "Punctuation", behavior: "Contiguous" },
      { type: "Digits", individual_digits: false },
    ),
  ],
  "Replace and Split by text": [
    seq(
      "normalizers",
      { type: "Replace", pattern: { String: "``" }, content: '"' },
      { type: "Replace", pattern: { String: "." }, content: "" },
    ),
    seq("pretokenizers", split({ String: " " }, "MergedWithNext"), {
      type: "CharDelimiterSplit",
      delimiter: "-",
    }),
  ],
  "Replace and Split by regular expressions": [
    seq(
      "normalizers",
      { type: "Replace", pattern: { Regex: "\\s+" }, content: " " },
      { type: "Prepend", prepend: "x" },
    ),
    seq(
      "pretokenizers",
      split({ Regex: "\\w+|[^\\w\\s]+" }, "Removed", true),
      split({ Regex: "\\d{1,3}" }, "Isolated"),
    ),
  ],
  "classes of regular expressions": [
    null,
    seq(
      "pretokenizers",
      split({ Regex: "[ \\t\\n]|(?:n't|'s)$" }, "Removed"),
      split({ Regex: "[^\\W\\d_]+" }, "Contiguous"),
      split({ Regex: "\\S\\z" }, "MergedWithPrevious"),
    ),
  ],
  "Metaspace, always": [{ type: "NFKC" }, meta("always"), meta("always")],
  "Metaspace, first": [null, meta("first"), meta("first")],
  "Metaspace, never": [
    null,
    meta("never", false),
    seq(
      "decoders",
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "Strip", content: " ", start: 1, stop: 0 },
      { type: "Fuse" },
    ),
  ],
  "FixedLength, CTC": [
    { type: "Lowercase" },
    { type: "FixedLength", length: 3 },
    { type: "CTC", pad_token: "[PAD]", word_delimiter_token: "|", cleanup: true },
  ],
  RobertaProcessing: [
    { type: "Lowercase" },
    { type: "Whitespace" },
    { type: "BPEDecoder", suffix: "##" },
    {
      type: "RobertaProcessing",
      cls: ["[CLS]", 2],
      sep: ["[SEP]", 3],
      trim_offsets: true,
      add_prefix_space: false,
    },
  ],
  "Sequence of processors": [
    { type: "Lowercase" },
    { type: "Whitespace" },
    { type: "ByteFallback" },
    seq(
      "processors",
      { type: "ByteLevel", add_prefix_space: true, trim_offsets: false, use_regex: true },
      { type: "BertProcessing", cls: ["[CLS]", 2], sep: ["[SEP]", 3] },
    ),
  ],
};

const DEFAULT_PROCESSOR = {
  type: "TemplateProcessing",
  single: [
    { SpecialToken: { id: "[CLS]", type_id: 0 } },
    { Sequence: { id: "A", type_id: 0 } },
    { SpecialToken: { id: "[SEP]", type_id: 0 } },
  ],
  pair: [
    { Sequence: { id: "B", type_id: 1 } },
    { SpecialToken: { id: "[SEP]", type_id: 1 } },
    { Sequence: { id: "A", type_id: 0 } },
  ],
  special_tokens: {
    "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
    "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
  },
};

/** The tokenizer.json of a kind. */
export function tokenizerJson(name: string, vocabulary: readonly string[]): Json {
  const [normalizer, pre_tokenizer, decoder = null, post_processor = DEFAULT_PROCESSOR] = KINDS[name]!;
  const token = (content: string, id: number, more: Json) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: false },
    ...more,
  });
  const added = [
    ...["[PAD]", "[UNK]", "[CLS]", "[SEP]"].map((content, id) => token(content, id, { special: true })),
    token("[MASK]", 4, { special: true, lstrip: true }),
    token("<url>", vocabulary.length, { rstrip: true }),
    token("new york", vocabulary.length + 1, { single_word: true, normalized: true }),
  ];
  const model = {
    type: "WordPiece",
    unk_token: "[UNK]",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 40,
    vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])),
  };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer,
    pre_tokenizer,
    post_processor,
    decoder,
    model,
  };
}
