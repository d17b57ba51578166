import type { AddedTokenConfig } from "./tokenizer-json";

/** Tokens and their ids, those of the model and the added ones together. */
export class Vocabulary {
  private readonly ids: Map<string, number>;
  private readonly tokens: string[] = [];
  private readonly special: Set<number>;
  /** Tokens of the WordPiece model, without those added later; transformers' `vocab_size`. */
  readonly modelSize: number;

  /** @param normalize how texts are cleaned; the Rust library shows a token that it looks for in cleaned texts cleaned */
  constructor(
    model: Record<string, number>,
    added: readonly AddedTokenConfig[],
    normalize: (text: string) => string,
  ) {
    this.ids = new Map(Object.entries(model));
    this.modelSize = this.ids.size;
    for (const { content, id } of added) this.ids.set(content, id);
    for (const [token, id] of this.ids) this.tokens[id] = token;
    for (const { content, id, normalized } of added) if (normalized) this.tokens[id] = normalize(content);
    this.special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  }

  /** All tokens; transformers' `len(tokenizer)`. */
  get size(): number {
    return this.ids.size;
  }
  idOf(token: string): number | undefined {
    return this.ids.get(token);
  }
  tokenOf(id: number): string | undefined {
    return this.tokens[id];
  }
  isSpecial(id: number): boolean {
    return this.special.has(id);
  }
  toMap(): Map<string, number> {
    return new Map(this.ids);
  }
}
