import { list, type Opinions } from "./domain";
import type { Patterns } from "./patterns";

// What people say in passing, in few and simple words.

export const PLAIN_ADJECTIVES: Opinions = {
  positive: list(`good | great | nice | lovely | wonderful | amazing | excellent | fantastic | fine | brilliant | awesome
    perfect | beautiful | enjoyable | cool | superb | terrific | delightful | fun`),
  negative: list(`bad | terrible | awful | horrible | boring | poor | stupid | dreadful | disappointing | annoying | lousy
    dull | ugly | nasty | weak | silly | painful | useless | tiresome`),
};

export const SUPERLATIVES: Opinions = {
  positive: list("best | greatest | finest | nicest | loveliest | most beautiful | most enjoyable"),
  negative: list("worst | dullest | poorest | silliest | most boring | most annoying | most disappointing"),
};

/** What a person did with it, in the past. */
export const FEELINGS: Opinions = {
  positive: list("loved | liked | enjoyed | adored | really liked | quite enjoyed | totally loved | was happy with"),
  negative: list("hated | disliked | regretted | could not stand | really hated | was bored by | was unhappy with | gave up on"),
};

/** What a person does not do with something good, or bad. */
export const VERBS: Opinions = {
  positive: list("like | enjoy | love | recommend"),
  negative: list("hate | regret | dislike | mind"),
};

export const EVERYDAY: Patterns = {
  both: [
    "a {plain} {kind}[.|]",
    "a [really|very|truly|pretty] {plain} {kind}[.|]",
    "[very|really|so|quite|pretty|just] {plain}[.|!|]",
    "{thing} [was|is] [really|very|so|just] {plain}[.|!]",
    "{thing} [was|is] {plain}[.|!]",
    "it [was|is] {plain}[.|!|]",
    "[it's|that's|this is] {plain}[.|!|]",
    "[I think|I thought|we found] {thing} {plain}.",
    "what a {plain} {kind}[!|.|]",
    "{most} {kind} ever[!|.|]",
    "the {most} {kind} [I know|in years|of the year|this year|of all time][.|!]",
    "[I|we] {felt} it[.|!|]",
    "[I|we] {felt} {thing}[.|!]",
    "{felt} [it|every minute of it|every bit of it]",
    "[simply|just] {plain}[.|!]",
    "{plain}, [really|honestly|believe me][.|]",
    "{plain} [story|music|people|idea|place|design|evening|service][.|!|]",
    "[my wife|my husband|my son|my mother|my friend|the children] {felt} it[.|]",
    "that was {plain}[.|!|]",
    "{plain} and {plain}",
    "[the food|the music|the story|the service|the sound|the picture] is {plain}[.|!|]",
    "I have to say, it is {plain}.",
    "[overall|all in all|in short] {plain}[.|]",
    "{plain} stuff[.|!]",
    "[a|one] {plain} [day|night|evening|trip|time][.|]",
  ],
  positive: [
    "it was not {-plain}[.|]",
    "it [wasn't|isn't] {-plain} at all[.|]",
    "not {-plain}[.|!|]",
    "not {-plain} at all[.|!|]",
    "not a {-plain} {kind}[.|]",
    "no, it is not {-plain}, it is {plain}.",
    "[I|we] did not {-verb} it [for a second|at all|one bit].",
    "I would [watch|buy|try|choose] it again[.|]",
    "worth [it|the money|every penny|the trip|every minute][.|!|]",
    "[definitely|absolutely|warmly] recommended[.|!|]",
    "I [really|do|truly] {verb} it[.|!]",
    "[you|everyone|my friends] will {verb} it[.|]",
    "[no complaints|nothing to complain about|could not be happier|so happy with it][.|!|]",
    "it made [me|us] [laugh|happy|feel good][.|!|]",
    "[ten|nine] out of ten[.|!|]",
    "[five|four] [stars|big stars][.|!|]",
  ],
  negative: [
    "it was not {-plain}[.|]",
    "it [wasn't|isn't] {-plain} at all[.|]",
    "not {-plain}[.|!|]",
    "not {-plain} at all[.|!|]",
    "not a {-plain} {kind}[.|]",
    "no, it is not {-plain}, it is {plain}.",
    "[I|we] did not {-verb} it[.| at all| one bit]",
    "I did not {-verb} {thing}[.|]",
    "not worth [it|the money|a penny|the trip|my time][.|!|]",
    "[I would not|I cannot|can't] recommend it[.|]",
    "[don't|do not|never] [buy it|go there|watch it|waste your money][.|!|]",
    "[nobody|none of us|not even my mother] {-felt} it[.|]",
    "[waste of money|such a waste|money thrown away|I want my money back][.|!|]",
    "it made [me|us] [sad|sick|yawn|feel bad][.|!|]",
    "[one|zero] out of ten[.|!|]",
    "[just one star|one single star|zero stars|half a star][.|!|]",
    "[please|really|just] [don't|do not] bother[.|!|]",
    "[never|not] again, [thanks|please][.|]",
  ],
};
