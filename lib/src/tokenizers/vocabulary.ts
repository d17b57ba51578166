import type { AddedTokenConfig } from "./tokenizer-json";

/** Tokens and their ids, those of the model and the added ones together. */
export class Vocabulary {
  private readonly ids: Map<string, number>;
  private readonly tokens: string[] = [];
  private readonly special: Set<number>;
  /** Tokens of the WordPiece model, without those added later; transformers' `vocab_size`. */
  readonly modelSize: number;

  constructor(model: Record<string, number>, added: readonly AddedTokenConfig[]) {
    this.ids = new Map(Object.entries(model));
    this.modelSize = this.ids.size;
    for (const { content, id } of added) this.ids.set(content, id);
    for (const [token, id] of this.ids) this.tokens[id] = token;
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
  get specialIds(): number[] {
    return [...this.special].sort((a, b) => a - b);
  }
  toMap(): Map<string, number> {
    return new Map(this.ids);
  }
}
