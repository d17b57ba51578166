import { inspect } from "../platform/inspect";
import { TokenizerError } from "../errors";
import { Callable } from "./callable";
import type { SpecialTokens } from "./special-tokens";
import type { Vocabulary } from "./vocabulary";

/** What a tokenizer knows of its tokens: ids, names, and which of them are special. */
export abstract class VocabularyBase extends Callable {
  constructor(
    protected readonly vocabulary: Vocabulary,
    protected readonly special: Readonly<SpecialTokens>,
    /** Special tokens without a role of their own. */
    readonly additionalSpecialTokens: readonly string[] = [],
  ) {
    super();
  }

  /** @throws TokenizerError if no token has the id */
  convertIdsToTokens(id: number): string;
  convertIdsToTokens(ids: ArrayLike<number>): string[];
  convertIdsToTokens(ids: number | ArrayLike<number>): string | string[] {
    if (typeof ids !== "number") return Array.from(ids, (id) => this.convertIdsToTokens(id));
    const token = this.vocabulary.tokenOf(ids);
    if (token === undefined) {
      throw new TokenizerError(`There is no token with id ${ids}; the vocabulary has ${this.size} tokens.`);
    }
    return token;
  }

  /** Tokens that the vocabulary lacks get the id of `[UNK]`. */
  convertTokensToIds(token: string): number;
  convertTokensToIds(tokens: readonly string[]): number[];
  convertTokensToIds(tokens: string | readonly string[]): number | number[] {
    if (typeof tokens !== "string") return tokens.map((token) => this.convertTokensToIds(token));
    return this.vocabulary.idOf(tokens) ?? this.unkTokenId;
  }

  /** Tokens of the model's vocabulary, without those added later (see `size`). */
  get vocabSize(): number {
    return this.vocabulary.modelSize;
  }
  /** All tokens, added ones included: how many rows an embedding needs. */
  get size(): number {
    return this.vocabulary.size;
  }
  /** Every token with its id. */
  getVocab(): Map<string, number> {
    return this.vocabulary.toMap();
  }
  get unkToken(): string {
    return this.special.unk_token;
  }
  get sepToken(): string {
    return this.special.sep_token;
  }
  get padToken(): string {
    return this.special.pad_token;
  }
  get clsToken(): string {
    return this.special.cls_token;
  }
  /** undefined if the vocabulary has none. */
  get maskToken(): string | undefined {
    return this.maskTokenId === undefined ? undefined : this.special.mask_token;
  }
  get unkTokenId(): number {
    return this.idOfSpecial("unk_token");
  }
  get sepTokenId(): number {
    return this.idOfSpecial("sep_token");
  }
  get padTokenId(): number {
    return this.idOfSpecial("pad_token");
  }
  get clsTokenId(): number {
    return this.idOfSpecial("cls_token");
  }
  get maskTokenId(): number | undefined {
    return this.vocabulary.idOf(this.special.mask_token);
  }
  /** Token type of padding. */
  get padTokenTypeId(): number {
    return 0;
  }
  /** Ids of the tokens above and of the additional ones, ascending. */
  get allSpecialIds(): number[] {
    const tokens = [...Object.values<string>({ ...this.special }), ...this.additionalSpecialTokens];
    const ids = tokens.map((token) => this.vocabulary.idOf(token));
    return [...new Set(ids)].filter((id): id is number => id !== undefined).sort((a, b) => a - b);
  }
  get allSpecialTokens(): string[] {
    return this.convertIdsToTokens(this.allSpecialIds);
  }

  private idOfSpecial(role: keyof SpecialTokens): number {
    const id = this.vocabulary.idOf(this.special[role]);
    if (id === undefined)
      throw new TokenizerError(`The tokenizer has no ${role} ${inspect(this.special[role])}.`);
    return id;
  }
}
