/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- an interface of its own name is how a class says that its instances are functions */
import { createHash } from "../platform/crypto";
import { inspect } from "../platform/inspect";
import { mkdir } from "../platform/files";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { resolveCheckpoint } from "../checkpoints/resolve";
import { pushToHub, type PushedCommit, type PushOptions } from "../hub/push";
import { HUB_OPTIONS, type HubOptions } from "../hub/settings";
import { refuseUnknownOptions } from "../known-options";
import { TokenizerError } from "../errors";
import { columnsOf, padColumns, type BatchPadding } from "./batch-padding";
import { cleanUpSpaces } from "./decoders/clean-up";
import {
  type BatchEncoding,
  CALL_OPTIONS,
  type DecodeOptions,
  type Encoded,
  PAD_OPTIONS,
  type PaddableColumns,
  type PaddableRow,
  type PadOptions,
  type Texts,
  type TokenizerOptions,
} from "./encoding-types";
import { configuredNormalizer } from "./configured-normalizer";
import { additionalSpecialTokens, configuredTokens } from "./configured-tokens";
import { addedTokensOf, specialTokensOf } from "./special-tokens";
import { checkOffsetUnit } from "./offsets";
import { Template } from "./processors/template";
import { RowEncoder } from "./row-encoder";
import { TextEncoder } from "./text-encoder";
import { checkTexts } from "./text-input";
import { inputNamesOf, VERY_LARGE_LENGTH, type TokenizerConfig } from "./tokenizer-config";
import { keepTokens } from "./keep-tokens";
import { vocabularyOf } from "./models/configuration";
import { readTokenizerFiles, writeTokenizerFiles, type TokenizerFiles } from "./tokenizer-files";
import type { TokenizerJson } from "./tokenizer-json";
import { TRUNCATION_STRATEGIES, type Side, type Truncation, type TruncationStrategy } from "./truncation";
import { Vocabulary } from "./vocabulary";
import { VocabularyBase } from "./vocabulary-base";

export interface PreTrainedTokenizer {
  /**
   * Texts into what a model takes.
   *
   * @param text one text, or a list; with `isSplitIntoWords` the words of one, or a list of such lists
   * @returns `{ input_ids, token_type_ids, attention_mask }`: number[] for one text, number[][] for a list, int32
   *   tensors with `returnTensors: "tf"`
   * @throws TokenizerError if something is no string, the list is empty, or the lengths cannot be had
   *
   * @example
   * const { offset_mapping } = tokenizer("A fine film", { returnOffsetsMapping: true });
   * offset_mapping.map(([start, end]) => "A fine film".slice(start, end)); // ["", "A", "fine", "film", ""]
   */
  <const Text extends Texts, Options extends TokenizerOptions>(
    text: Text,
    options?: Options & Only<Options, TokenizerOptions>,
  ): Encoded<Text, Options>;
}

/** No other keys than these: a type parameter would let them pass. */
type Only<Given, Known> = string extends keyof Given
  ? unknown
  : { [Key in Exclude<keyof Given, keyof Known>]: never };

/**
 * A tokenizer, callable as in transformers: `tokenizer("a text", { truncation: true })`. Its ids are those of
 * the Rust library `tokenizers` for every text.
 *
 * @example
 * const { input_ids, attention_mask } = tokenizer(["A fine film.", "Dull."], { padding: true, truncation: true });
 * tokenizer.decode(input_ids[0], { skipSpecialTokens: true }); // "a fine film."
 */
export class PreTrainedTokenizer extends VocabularyBase {
  /** Folder or name that it was loaded from. */
  readonly nameOrPath: string;
  /** Longest text that the model takes, in tokens; 1e30 if the files name no limit. */
  modelMaxLength: number;
  paddingSide: Side;
  truncationSide: Side;
  /** The columns that the model takes. */
  readonly modelInputNames: readonly string[];
  private readonly json: TokenizerJson;
  private readonly config: TokenizerConfig;
  private readonly encoder: TextEncoder;
  private readonly template: Template;
  private readonly rowEncoder: RowEncoder;
  private readonly warned = new Set<string>();
  private filesDigest: string | undefined;

  constructor({ json, config, addedTokens = {}, file }: TokenizerFiles, nameOrPath: string = "") {
    const special = specialTokensOf(config, json);
    const isSpecial = (content: string) => (Object.values(special) as string[]).includes(content);
    const others = configuredTokens(config, addedTokens, isSpecial, file);
    const added = addedTokensOf(json, special, others, file);
    const additional = additionalSpecialTokens(config, file).map(({ content }) => content);
    const effective = {
      ...json,
      added_tokens: added,
      normalizer: configuredNormalizer(json.normalizer, config),
    };
    const encoder = new TextEncoder(effective, file);
    super(
      new Vocabulary(vocabularyOf(json.model), added, (text) => encoder.normalize(text)),
      special,
      additional,
    );
    this.nameOrPath = nameOrPath;
    this.config = config;
    this.json = effective;
    this.encoder = encoder;
    const processor = json.post_processor && { options: json.post_processor, name: "post_processor", file };
    this.template = Template.from(processor ?? undefined, (token) => this.vocabulary.idOf(token));
    this.rowEncoder = new RowEncoder(encoder, this.template, (id) => this.vocabulary.tokenOf(id));
    this.modelMaxLength = config.model_max_length ?? VERY_LARGE_LENGTH;
    this.paddingSide = config.padding_side ?? "right";
    this.truncationSide = config.truncation_side ?? "right";
    this.modelInputNames = config.model_input_names ?? inputNamesOf(config.tokenizer_class);
  }

  /**
   * Loads a tokenizer: tokenizer.json (or a BERT's vocab.txt) and tokenizer_config.json.
   *
   * @param nameOrDir a model directory, the name of an embedded checkpoint, or of a model on the Hub
   * @param options   revision, token, cache of the Hub
   * @throws TokenizerError, CheckpointError, HubError
   */
  static async fromPretrained(nameOrDir: string, options: HubOptions = {}): Promise<PreTrainedTokenizer> {
    refuseUnknownOptions("fromPretrained", options, HUB_OPTIONS, TokenizerError);
    const directory = await resolveCheckpoint(nameOrDir, ["tokenizer"], options);
    return new this(await readTokenizerFiles(directory), nameOrDir);
  }

  /** What a call of the tokenizer does; call the tokenizer itself, whose result has the exact type. */
  call(text: Texts, options: TokenizerOptions = {}): Partial<BatchEncoding<unknown>> {
    refuseUnknownOptions("tokenizer", options, CALL_OPTIONS, TokenizerError);
    if (options.returnTensors !== undefined && options.returnTensors !== "tf") {
      throw new TokenizerError(
        `returnTensors is ${inspect(options.returnTensors)}; there is "tf", and without it arrays are returned.`,
      );
    }
    checkOffsetUnit(options.returnOffsetsMapping);
    const checked = checkTexts(text, options.textPair, options.isSplitIntoWords ?? false);
    const addSpecialTokens = options.addSpecialTokens ?? true;
    const added = addSpecialTokens ? this.template.addedTokens(checked.pairs !== undefined) : 0;
    const truncation = this.truncation(options, added);
    const encoded = this.rowEncoder.columns(checked, { addSpecialTokens, truncation }, options);
    const { columns, typeIds, samples } = encoded;
    if (!truncation) for (const { length } of columns.input_ids) this.warnIfTooLong(length);
    const takes = (name: string) => this.modelInputNames.includes(name);
    if (options.returnTokenTypeIds ?? takes("token_type_ids")) columns.token_type_ids = typeIds;
    const batch = padColumns(columns, {
      ...this.batchPadding({ ...options, padding: options.padding ?? false }),
      returnAttentionMask: options.returnAttentionMask ?? takes("attention_mask"),
    });
    if (options.returnOverflowingTokens) return { ...batch, overflow_to_sample_mapping: samples };
    if (checked.isBatch || options.returnTensors !== undefined) return batch;
    return Object.fromEntries(
      Object.entries(batch).map(([name, column]) => [name, (column as number[][])[0]]),
    );
  }

  /** What its answers depend on: by this, the cache of `Dataset.map` tells one tokenizer from another. */
  fingerprintParts(): unknown {
    const { json, config, modelMaxLength, paddingSide, truncationSide, modelInputNames } = this;
    // To walk through a vocabulary entry by entry would take longer than to tokenize thousands of texts.
    this.filesDigest ??= createHash("sha256")
      .update(JSON.stringify([json, config]))
      .digest("hex");
    return { files: this.filesDigest, modelMaxLength, paddingSide, truncationSide, modelInputNames };
  }

  /** Ids of a text, special tokens included unless `addSpecialTokens: false`. */
  encode(text: string, options: Omit<TokenizerOptions, "returnTensors"> = {}): number[] {
    return (this.call(text, { ...options, returnTensors: undefined }) as BatchEncoding<number[]>).input_ids;
  }

  /** The tokens of a text; without special tokens unless `addSpecialTokens: true`. */
  tokenize(text: string, options: Omit<TokenizerOptions, "returnTensors"> = {}): string[] {
    return this.convertIdsToTokens(this.encode(text, { addSpecialTokens: false, ...options }));
  }

  /** Ids back into text. Ids that no token has are left out. */
  decode(ids: ArrayLike<number>, options: DecodeOptions = {}): string {
    refuseUnknownOptions(
      "decode",
      options,
      ["skipSpecialTokens", "cleanUpTokenizationSpaces"],
      TokenizerError,
    );
    const { skipSpecialTokens = false, cleanUpTokenizationSpaces } = options;
    const tokens: string[] = [];
    for (const id of Array.from(ids)) {
      const token = this.vocabulary.tokenOf(id);
      if (token !== undefined && !(skipSpecialTokens && this.vocabulary.isSpecial(id))) tokens.push(token);
    }
    const text = this.encoder.decode(tokens);
    const clean = cleanUpTokenizationSpaces ?? this.config.clean_up_tokenization_spaces ?? false;
    return clean ? cleanUpSpaces(text) : text;
  }

  /** `decode` for each row. */
  batchDecode(rows: readonly ArrayLike<number>[], options: DecodeOptions = {}): string[] {
    return rows.map((ids) => this.decode(ids, options));
  }

  /**
   * Brings tokenized texts to one length.
   *
   * @param features rows `{ input_ids, token_type_ids?, attention_mask? }`, or columns of these; others are not taken over
   * @returns columns: number[][], or int32 tensors [rows, length] with `returnTensors: "tf"`
   */
  pad(
    features: readonly PaddableRow[] | PaddableColumns,
    options: PadOptions & { returnTensors: "tf" },
  ): BatchEncoding<Tensor2D>;
  pad(features: readonly PaddableRow[] | PaddableColumns, options?: PadOptions): BatchEncoding<number[][]>;
  pad(
    features: readonly PaddableRow[] | PaddableColumns,
    options: PadOptions = {},
  ): BatchEncoding<number[][] | Tensor2D> {
    refuseUnknownOptions("pad", options, PAD_OPTIONS, TokenizerError);
    return padColumns(columnsOf(features), this.batchPadding(options)) as BatchEncoding<
      number[][] | Tensor2D
    >;
  }

  /**
   * Writes tokenizer.json and tokenizer_config.json; Python's AutoTokenizer reads them.
   *
   * @param directory made if it does not exist
   */
  async savePretrained(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    const { normalizer } = this.json;
    const config: TokenizerConfig = {
      backend: "tokenizers",
      ...this.config,
      ...this.special,
      // transformers builds the normaliser of a BertTokenizer from these, not from tokenizer.json.
      ...(normalizer?.type === "BertNormalizer" && {
        do_lower_case: normalizer.lowercase as boolean,
        strip_accents: normalizer.strip_accents as boolean | null,
        tokenize_chinese_chars: normalizer.handle_chinese_chars as boolean,
      }),
      tokenizer_class: this.config.tokenizer_class ?? this.defaultClass,
      padding_side: this.paddingSide,
      truncation_side: this.truncationSide,
    };
    if (this.maskTokenId === undefined) delete config.mask_token;
    delete config.model_max_length;
    if (this.modelMaxLength < VERY_LARGE_LENGTH) config.model_max_length = this.modelMaxLength;
    await writeTokenizerFiles(directory, this.json, config);
  }

  /**
   * Sends tokenizer.json and tokenizer_config.json to a model's repository on the Hub, which is made if there is none.
   *
   * @param name "my-model" of your own account, or "owner/my-model"
   * @throws HubError
   * @see transformers.PreTrainedTokenizerBase.push_to_hub
   */
  async pushToHub(name: string, options: PushOptions = {}): Promise<PushedCommit> {
    const write = (folder: string) => this.savePretrained(folder);
    return await pushToHub({ type: "model", name }, write, { commitMessage: "Upload tokenizer", ...options });
  }

  /**
   * The same tokenizer with fewer tokens; words that it no longer has are cut into smaller pieces.
   *
   * @param ids  the tokens that stay, in their new order: the first becomes id 0
   * @throws TokenizerError if a special or added token is not among them
   */
  keepTokens(ids: ArrayLike<number>): this {
    const renumbered = keepTokens(this.json, Array.from(ids), this.nameOrPath);
    const Class = this.constructor as new (files: TokenizerFiles) => this;
    // Its ids are the old ones, and tokenizer.json has all that it says.
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out
    const { added_tokens_decoder, ...config } = this.config;
    return new Class({ json: renumbered, config, file: this.nameOrPath });
  }

  /** How many special tokens are set around a text, or around a pair. */
  numSpecialTokensToAdd(pair: boolean = false): number {
    return this.template.addedTokens(pair);
  }

  override toString(): string {
    const limit = this.modelMaxLength >= VERY_LARGE_LENGTH ? "none" : String(this.modelMaxLength);
    const tokens = Object.entries(this.special).map(([role, token]) => `${role}: ${inspect(token)}`);
    return (
      `${this.constructor.name}(nameOrPath=${inspect(this.nameOrPath)}, vocabSize=${this.vocabSize}, modelMaxLength=${limit}, ` +
      `paddingSide=${inspect(this.paddingSide)}, truncationSide=${inspect(this.truncationSide)}, ` +
      `specialTokens={ ${tokens.join(", ")} })`
    );
  }
  [inspect.custom](): string {
    return this.toString();
  }

  /** Of transformers' tokenizers the one that takes the file as it is, where none is named. */
  private get defaultClass(): string {
    return this.json.model.type === "WordPiece" ? "BertTokenizer" : "PreTrainedTokenizerFast";
  }

  private warnIfTooLong(length: number): void {
    if (length <= this.modelMaxLength) return;
    this.warnOnce(
      "too long",
      `Token indices sequence length is longer than the specified maximum sequence length for this model ` +
        `(${length} > ${this.modelMaxLength}). Running this sequence through the model will result in ` +
        `indexing errors; truncation: true shortens it.`,
    );
  }

  private batchPadding(options: PadOptions): BatchPadding {
    const { padding = true, maxLength = this.modelMaxLength, padToMultipleOf, returnTensors } = options;
    const strategy = padding === true ? "longest" : padding === false ? "do_not_pad" : padding;
    if (strategy === "max_length" && maxLength >= VERY_LARGE_LENGTH) {
      throw new TokenizerError(
        'padding: "max_length" needs maxLength, since the tokenizer names no longest text.',
      );
    }
    return {
      strategy,
      maxLength,
      padToMultipleOf,
      returnTensors,
      returnAttentionMask: true,
      side: this.paddingSide,
      padTokenId: this.padTokenId,
      padTokenTypeId: this.padTokenTypeId,
    };
  }

  /** @returns undefined: leave texts as long as they are */
  private truncation(options: TokenizerOptions, added: number): Truncation | undefined {
    const { maxLength = this.modelMaxLength, returnOverflowingTokens = false, stride = 0 } = options;
    for (const [name, value] of Object.entries({ maxLength: options.maxLength ?? 0, stride })) {
      if (!Number.isInteger(value) || value < 0) {
        throw new TokenizerError(`${name} is ${value}; a whole number of tokens is expected.`);
      }
    }
    const strategy = this.truncationStrategy(options);
    if (strategy === undefined) return undefined;
    if (!(maxLength >= added)) {
      throw new TokenizerError(`maxLength ${maxLength} leaves no room for the ${added} special tokens.`);
    }
    return {
      maxLength,
      added,
      strategy,
      side: this.truncationSide,
      stride: returnOverflowingTokens ? stride : undefined,
    };
  }

  private truncationStrategy(options: TokenizerOptions): TruncationStrategy | undefined {
    const { truncation, maxLength, padding = false } = options;
    if (truncation === undefined && maxLength !== undefined && padding === false) {
      this.warnOnce(
        "no truncation",
        "maxLength is given without truncation; texts are shortened as with truncation: true. Say so to silence this.",
      );
      return "longest_first";
    }
    if (truncation === undefined || truncation === false || truncation === "do_not_truncate")
      return undefined;
    if (truncation === true) return "longest_first";
    if (TRUNCATION_STRATEGIES.includes(truncation)) return truncation;
    throw new TokenizerError(
      `truncation is ${inspect(truncation)}; there are true, false, ${TRUNCATION_STRATEGIES.join(", ")} and do_not_truncate.`,
    );
  }

  private warnOnce(kind: string, message: string): void {
    if (this.warned.has(kind)) return;
    this.warned.add(kind);
    console.warn(message);
  }
}
