import { Draw } from "./random";
import type { Split } from "./vocabulary";

/** A row of SQuAD's form. */
export interface QuestionRow {
  id: string;
  question: string;
  context: string;
  answers: { text: string[]; answer_start: number[] };
}

/** A fact of a work, how it is told, and how it is asked for. `{x}` is the answer, `{w}` the work. */
interface Fact {
  draw: (draw: Draw) => string;
  told: readonly string[];
  asked: Readonly<Record<Split, readonly string[]>>;
}

const FACTS: readonly Fact[] = [
  {
    draw: (draw) => draw.person(),
    told: ["It was directed by {x}.", "The director is {x}.", "{x} directed it.", "Behind the camera was {x}."],
    asked: {
      train: ["Who directed {w}?", "Who is the director of {w}?", "By whom was {w} directed?"],
      validation: ["Whose direction was it?", "Who was the director?"],
    },
  },
  {
    draw: (draw) => draw.person(),
    told: ["{x} wrote the music.", "The music was composed by {x}.", "Its composer is {x}."],
    asked: {
      train: ["Who composed the music of {w}?", "Who wrote the music?", "By whom is the music?"],
      validation: ["Who is the composer?", "Whose music is heard in {w}?"],
    },
  },
  {
    draw: (draw) => draw.person(),
    told: ["{x} plays the lead.", "The leading part is played by {x}.", "In the lead one sees {x}."],
    asked: {
      train: ["Who plays the lead in {w}?", "Who has the leading part?", "By whom is the lead played?"],
      validation: ["Who is seen in the leading part of {w}?", "Who plays the leading part?"],
    },
  },
  {
    draw: (draw) => draw.place(),
    told: ["Most of it was filmed in {x}.", "The filming took place in {x}.", "It was shot in {x}."],
    asked: {
      train: ["Where was {w} filmed?", "Where was it shot?", "In which city was {w} filmed?"],
      validation: ["Where did the filming take place?", "In which city was it shot?"],
    },
  },
  {
    draw: (draw) => String(1950 + draw.below(74)),
    told: ["It came out in {x}.", "The film was released in {x}.", "In {x} it reached the cinemas."],
    asked: {
      train: ["When did {w} come out?", "When was {w} released?", "In which year did it come out?"],
      validation: ["In which year was it released?", "When did {w} reach the cinemas?"],
    },
  },
  {
    draw: (draw) => `${80 + draw.below(90)} minutes`,
    told: ["It lasts {x}.", "The film is {x} long.", "Its length is {x}."],
    asked: {
      train: ["How long is {w}?", "How long does it last?", "What is the length of {w}?"],
      validation: ["How many minutes does {w} last?", "How long is the film?"],
    },
  },
  {
    draw: (draw) => `${2 + draw.below(60)} million dollars`,
    told: ["It cost {x}.", "Its budget was {x}.", "{x} were spent on it."],
    asked: {
      train: ["How much did {w} cost?", "What was the budget of {w}?", "How much was spent on it?"],
      validation: ["What did the film cost?", "How much money was spent on {w}?"],
    },
  },
];

/** What is said in between. */
const ASIDES: readonly string[] = [
  "Critics were divided.",
  "Audiences loved it from the first day.",
  "The story is simple, and told without haste.",
  "Some scenes are hard to forget.",
  "It was shown at several festivals.",
  "The ending has been discussed ever since.",
  "Few films of its kind are so quiet.",
  "Today it is shown rarely.",
];

function row(draw: Draw, id: string): QuestionRow {
  const work = draw.title();
  const told = draw.shuffled(FACTS).slice(0, 4 + draw.below(3));
  const asked = draw.pick(told);
  const sentences = [`${work} is a film.`];
  const asides = draw.shuffled(ASIDES);
  let answer = { text: "", start: 0 };
  for (const fact of told) {
    const value = fact.draw(draw);
    const [before, after] = draw.pick(fact.told).split("{x}") as [string, string];
    if (draw.below(3) === 0) sentences.push(asides.pop()!);
    const start = sentences.join(" ").length + 1 + before.length;
    sentences.push(`${before}${value}${after}`);
    if (fact === asked) answer = { text: value, start };
  }
  const question = draw.pick(asked.asked[draw.split]).replace("{w}", work);
  return {
    id,
    question,
    context: sentences.join(" "),
    answers: { text: [answer.text], answer_start: [answer.start] },
  };
}

/** Questions about texts in which the answers stand. */
export function questionRows(count: number, split: Split, seed: number): QuestionRow[] {
  const draw = new Draw(seed, split);
  return Array.from({ length: count }, (_, i) => row(draw, `${split}-${i}`));
}
