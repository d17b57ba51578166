import { randomBelow } from "../permutation";
import {
  FIRST_NAMES,
  LAST_NAMES,
  namesOf,
  PLACES,
  TITLE_ADJECTIVES,
  TITLE_NOUNS,
  type Split,
} from "./vocabulary";

/** Draws phrases and names of a split; the same seed gives the same ones. */
export class Draw {
  readonly below: (bound: number) => number;

  constructor(
    seed: number,
    readonly split: Split,
  ) {
    this.below = randomBelow(seed);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** In another order. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    const left = [...items];
    return items.map(() => left.splice(this.below(left.length), 1)[0]!);
  }

  person(): string {
    const last = this.pick(namesOf(LAST_NAMES, this.split));
    return this.below(5) === 0 ? last : `${this.pick(namesOf(FIRST_NAMES, this.split))} ${last}`;
  }

  place(): string {
    return this.pick(namesOf(PLACES, this.split));
  }

  title(): string {
    const noun = this.pick(namesOf(TITLE_NOUNS, this.split));
    const adjective = this.pick(namesOf(TITLE_ADJECTIVES, this.split));
    return this.pick([`The ${adjective} ${noun}`, `${adjective} ${noun}`, `The ${noun}`, `${noun} of ${this.pick(["Glass", "Salt", "Light", "Dust"])}`]);
  }
}
