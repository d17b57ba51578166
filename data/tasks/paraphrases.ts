import { Draw } from "./random";
import type { Split } from "./vocabulary";

/** Two sentences that say the same. */
export interface ParaphraseRow {
  sentence1: string;
  sentence2: string;
}

/** Words for one thing. */
const THINGS: Readonly<Record<string, readonly string[]>> = {
  film: ["The film", "The movie", "The picture"],
  room: ["Our room", "The hotel room", "The bedroom"],
  meal: ["The meal", "The dinner", "The food"],
  phone: ["The phone", "The mobile", "The handset"],
  novel: ["The novel", "The book"],
  waiter: ["The waiter", "The server", "The man who served us"],
  staff: ["The staff", "The people at the desk", "The employees"],
  train: ["The train", "Our connection", "The express"],
};

/** What may be said of a thing, in words that mean the same. */
const SAID: readonly { of: readonly string[]; words: readonly string[] }[] = [
  { of: ["film", "novel"], words: ["was boring", "bored me", "put me to sleep", "was anything but exciting"] },
  { of: ["film", "novel"], words: ["was thrilling", "kept me on edge", "was full of suspense", "was terribly exciting"] },
  { of: ["film", "novel"], words: ["made me cry", "moved me to tears", "was deeply touching", "was very moving"] },
  { of: ["film", "novel"], words: ["was funny", "made me laugh", "was hilarious", "had me in stitches"] },
  { of: ["film", "novel"], words: ["was too long", "went on forever", "should have been shorter", "did not want to end"] },
  { of: ["film", "novel"], words: ["was hard to follow", "confused me", "made no sense to me", "was difficult to understand"] },
  { of: ["film", "novel", "phone"], words: ["was expensive", "cost a lot", "was not cheap", "had a high price"] },
  { of: ["meal", "phone", "room"], words: ["was a bargain", "cost very little", "was cheap", "was good value"] },
  { of: ["meal"], words: ["was delicious", "tasted wonderful", "was a treat", "was cooked to perfection"] },
  { of: ["meal"], words: ["was cold", "was not warm", "had not been heated", "came lukewarm"] },
  { of: ["meal"], words: ["made me ill", "upset my stomach", "made me sick", "did not agree with me"] },
  { of: ["meal"], words: ["was too salty", "had too much salt in it", "was oversalted", "left me thirsty from the salt"] },
  { of: ["room"], words: ["was tiny", "was very small", "had hardly any space", "was cramped"] },
  { of: ["room"], words: ["was spotless", "was perfectly clean", "had no speck of dust", "had been cleaned with care"] },
  { of: ["room"], words: ["was noisy", "was anything but quiet", "was too loud to sleep in", "let in all the noise"] },
  { of: ["room"], words: ["was freezing", "was far too cold", "had no heating", "was icy"] },
  { of: ["phone"], words: ["broke within a week", "stopped working after days", "was soon out of order", "did not last a week"] },
  { of: ["phone"], words: ["was fast", "reacted at once", "was never slow", "worked without delay"] },
  { of: ["phone"], words: ["ran out of power quickly", "had a weak battery", "needed charging all the time", "was always empty"] },
  { of: ["phone"], words: ["was easy to use", "was simple to handle", "needed no manual", "was not complicated at all"] },
  { of: ["waiter", "staff"], words: ["was rude", "had bad manners", "was impolite", "treated us badly"] },
  { of: ["waiter", "staff"], words: ["made us feel welcome", "greeted us warmly", "received us like friends", "gave us a warm welcome"] },
  { of: ["waiter", "staff"], words: ["kept us waiting", "took forever", "let us wait for ages", "came only after a long time"] },
  { of: ["waiter", "staff"], words: ["forgot our order", "did not remember what we wanted", "lost track of our order", "mixed up what we had asked for"] },
  { of: ["train"], words: ["was late", "did not arrive on time", "was delayed", "came behind schedule"] },
  { of: ["train"], words: ["was crowded", "was packed", "had no free seats", "was full to the last seat"] },
  { of: ["film", "novel"], words: ["frightened me", "was scary", "gave me nightmares", "was terrifying"] },
  { of: ["film", "novel"], words: ["had a sad ending", "ended sadly", "did not end well", "came to a gloomy end"] },
  { of: ["meal"], words: ["was too small", "did not fill me up", "left me hungry", "was a tiny portion"] },
  { of: ["meal"], words: ["came quickly", "did not take long", "was on the table in no time", "was served fast"] },
  { of: ["room"], words: ["was dark", "had hardly any light", "was badly lit", "got no sun"] },
  { of: ["room", "phone"], words: ["looked old", "was outdated", "had seen better days", "was old-fashioned"] },
  { of: ["phone"], words: ["was heavy", "weighed a lot", "was anything but light", "was too heavy to carry"] },
  { of: ["waiter", "staff"], words: ["spoke my language", "could talk to me in my own tongue", "understood all that I said", "knew my language"] },
  { of: ["waiter", "staff"], words: ["cheated us", "asked for too much money", "charged us too much", "overcharged us"] },
  { of: ["train"], words: ["was dirty", "had not been cleaned", "was filthy", "was full of rubbish"] },
  { of: ["train"], words: ["was punctual", "arrived on the minute", "was right on time", "kept to the timetable"] },
];

/** Something that is said of a thing: one of these, or two. */
interface Meaning {
  thing: string;
  words: readonly (readonly string[])[];
}

const MEANINGS: readonly Meaning[] = Object.keys(THINGS).flatMap((thing) => {
  const own = SAID.filter(({ of }) => of.includes(thing)).map(({ words }) => words);
  const single = own.map((words) => ({ thing, words: [words] }));
  const double = own.flatMap((first, i) => own.slice(i + 1).map((second) => ({ thing, words: [first, second] })));
  return [...single, ...double];
});

/** Every third meaning is kept for validation, where each stands once; the parts of those of two stand in both splits. */
export function paraphraseRows(count: number, split: Split, seed: number): ParaphraseRow[] {
  const draw = new Draw(seed, split);
  const own = draw.shuffled(MEANINGS.filter((_, i) => (i % 3 === 2) === (split === "validation")));
  const seen = new Set<string>();
  const rows: ParaphraseRow[] = [];
  for (let i = 0; rows.length < count; i++) {
    const { thing, words } = own[i % own.length]!;
    const [first, second] = [0, 1].map(() => draw.pick(THINGS[thing]!));
    const pairs = words.map((each) => draw.shuffled(each));
    const sentence = (name: string, at: number) => `${name} ${pairs.map((pair) => pair[at]!).join(" and ")}.`;
    const row = { sentence1: sentence(first!, 0), sentence2: sentence(second!, 1) };
    const key = `${row.sentence1} ${row.sentence2}`;
    if (seen.has(key)) continue;
    seen.add(key);
    rows.push(row);
  }
  return rows;
}
