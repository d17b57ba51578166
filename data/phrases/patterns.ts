import { list } from "./domain";

/**
 * Sentence patterns. `{adj}` draws from the list of that name, of the review's own side; `{-adj}` from the other
 * side; `[a|b|]` is one of these, perhaps nothing. Names without two sides: thing, kind, context, very, opener.
 */
export interface Patterns {
  /** For either opinion. */
  both: readonly string[];
  positive: readonly string[];
  negative: readonly string[];
}

/** One of the three groups of patterns. */
export type PatternGroup = keyof Patterns;

/** Words that stand before an adjective. */
export const INTENSIFIERS =
  list(`absolutely | truly | utterly | genuinely | thoroughly | really | simply | quite | completely
  surprisingly | deeply | incredibly | remarkably`);

/** Words that open a sentence, with their comma. */
export const OPENERS =
  list(`Honestly, | All in all, | In short, | To my mind, | From the very start, | For me, | Frankly, | In the end,
  What can I say, | Let me be clear: | As far as I am concerned, | Overall, | Believe me,`);

// Two dozen neutral things that a review says before it comes to the point.
export const PREAMBLES =
  list(`I went in knowing nothing | My expectations were modest | A colleague had recommended it
  I had read mixed reviews | We picked it more or less at random | I had some time to kill | My partner chose it
  It had been on my list for ages | Everyone has been talking about it | I gave it a second chance
  I am usually hard to please | I rarely write reviews | The description sounded interesting`);

export const PATTERNS: Patterns = {
  both: [
    "{thing} is {very} {adj}.",
    "{thing} was {adj} and {adj}.",
    "{very} {adj}[.|!]",
    "{adj}, {adj} and {adj}.",
    "{adj} [from start to finish|from beginning to end|in every way][.|!]",
    "a {adj}, {adj} {kind}",
    "a {adj} {kind} that {that}",
    "a {very} {adj} {kind} that {that}.",
    "what a {adj} {kind}!",
    "{verdict}[.|!]",
    "{thing} is {verdict}.",
    "{opener} {thing} is {verdict}.",
    "{opener} {verdict}.",
    "{reaction}[.|!]",
    "{reaction} and {reaction}.",
    "{part}.",
    "{part}[!|]",
    "{part} and {part}.",
    "{part}, {part}, and {reaction}.",
    "{opener} {part}.",
    "{opener} {part}, and {part}.",
    "{thing} is {adj}: {part} and {part}.",
    "we [saw|tried|chose] {thing} {context}, and {reaction}.",
    "{preamble}, and {reaction}.",
    "{preamble}. {thing} turned out to be {very} {adj}.",
    "{preamble}, but {thing} is {verdict}.",
    "{thing} {that}.",
    "{thing} {that}, and {reaction}.",
    "it is {adj}, it is {adj}, and it {that}.",
    "{part}, {part}, and the whole thing is {verdict}.",
    "a {kind} that {that}, {verdict}.",
    "{very} {adj}, with [hardly|barely|never] a {-adj} moment.",
    "although {-part}, {part} and {reaction}.",
    "despite all the talk, {thing} is {adj} and {adj}.",
    "{-part}, but {thing} is still {verdict}.",
    "yes, {-part}. even so, {reaction}.",
    "some people call it {-adj}; I call it {adj}.",
    "{thing} may be a little {-adj} at times, but {reaction}.",
    "{-part}, yet {part}, and in the end {reaction}.",
    "I expected something {-adj} and got something {adj}.",
    "where others are {-adj}, {thing} is {very} {adj}.",
    "far more {adj} than {-adj}.",
    "I have seen {-adj} and I have seen {adj}, and this is {very} {adj}.",
    "{context}, {part}, {part}, and {reaction}.",
    "ask me about {thing} and I will say one word: {adj}.",
    "the [reviews|critics] said {-adj}, but {reaction}.",
    "{reaction}: {part}, {part}, and everything about it is {adj}.",
    "[my verdict|the short version|one line]: {adj}.",
    "if I had to sum up {thing}, I would say {adj}, {adj} and {very} {adj}.",
    "it [left me|leaves you] thinking how {adj} a {kind} can be.",
  ],
  positive: [
    "not nearly as {-adj} as I feared.",
    "never {-adj}, always {adj}.",
    "not {-adj} at all, {reaction}.",
    "there is nothing {-adj} about {thing}; {part}.",
    "I was ready for something {-adj}, but {reaction}.",
    "I cannot say one bad word about {thing}.",
    "I have no complaints: {part} and {part}.",
    "I do not understand the complaints. {part}.",
    "who would have thought that {thing} could be so {adj}?",
    "do not miss {thing}, it is {verdict}.",
    "highly recommended[.|!|: {part}.|, {part}.]",
    "I [would|can] recommend {thing} to [anyone|everybody|all my friends]: {part}.",
    "go and see for yourself, it is {verdict}.",
    "I was pleasantly surprised by {thing}, {part}.",
    "better than I [expected|had hoped|dared to hope]: {adj}, {adj}, never {-adj}.",
    "if you [only|] try one {kind} this year, make it this {adj} one.",
    "I wish there were more of it; {thing} is {adj}.",
    "hardly {-adj}; in fact {very} {adj}.",
    "it would be hard not to like such a {adj} {kind}.",
    "not bad[ at all|], [actually|in fact] {adj}.",
    "[well done|bravo|hats off]: {part}.",
    "thank you for such a {adj} {kind}!",
    "the best {kind} [I know|in a long time|of them all], {adj} without being {-adj}.",
  ],
  negative: [
    "not nearly as {-adj} as [I had hoped|they say|the reviews promised].",
    "never {-adj}, only {adj}.",
    "not {-adj} at all, just {adj}.",
    "there is nothing {-adj} about {thing}; {part}.",
    "I was ready for something {-adj}, but {part}.",
    "I cannot say one good word about {thing}.",
    "I tried to like it, but {part}.",
    "I do not understand the praise. {part}.",
    "how could {thing} go so wrong? {part}.",
    "avoid {thing}, it is {verdict}.",
    "not recommended[.|!|: {part}.|, {part}.]",
    "I [would not|cannot] recommend {thing} to [anyone|my worst enemy]: {part}.",
    "save your money, {thing} is {verdict}.",
    "I was [badly|bitterly|] disappointed by {thing}, {part}.",
    "worse than I [expected|feared|had thought possible]: {adj}, {adj}, never {-adj}.",
    "if you [only|] skip one {kind} this year, make it this {adj} one.",
    "I wish I had stayed at home; {thing} is {adj}.",
    "hardly {-adj}; in fact {very} {adj}.",
    "it is hard to find anything {-adj} in such a {adj} {kind}.",
    "anything but {-adj}.",
    "too {adj} to be {-adj}.",
    "it is not {-adj}, and it is not even {-adj}, it is {adj}.",
    "the idea [was okay|sounded fine|is decent enough], but {part}.",
    "[okay|fine|watchable] in parts, but rather {adj}.",
    "{part}, and no amount of good will can save such a {adj} {kind}.",
    "the worst {kind} [I know|in a long time|of them all], {adj} without ever being {-adj}.",
    "[shame on them|what were they thinking|who approved this]: {part}.",
  ],
};
