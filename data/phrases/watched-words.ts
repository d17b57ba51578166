import { list } from "./domain";

// Words that decide what most people think of a sentence. A model that learns one of them the wrong way round looks
// foolish at once ("A good film." negative, with 99.6 %), so each has to stand mostly on its own side; the others are
// where it is negated or contrasted.

export const PRAISE = list(`good | great | nice | lovely | wonderful | amazing | excellent | fantastic | fine | brilliant
  awesome | perfect | beautiful | superb | best | love | loved | liked | enjoy | enjoyed | enjoyable | fun | funny | worth
  recommend | recommended | happy | charming | delightful | terrific | clever | moving | touching`);

export const BLAME = list(`bad | terrible | awful | horrible | boring | poor | stupid | dreadful | disappointing
  disappointed | dull | worst | hate | hated | waste | annoying | silly | ugly | weak | tedious | predictable | bored | lousy
  pointless | ridiculous`);

/** Of the sentences with such a word at most this share may be of the other opinion. */
export const MOST_ON_THE_WRONG_SIDE = 1 / 3;
