import { list, type Opinions } from "./domain";
import type { Patterns } from "./patterns";

// How newspapers' critics write about films: in fragments, with an adjective for every shade.

export const CRITICS_ADJECTIVES: Opinions = {
  positive: list(`affecting | amusing | appealing | assured | audacious | beguiling | bracing | breezy | captivating
    compassionate | compelling | courageous | crisp | daring | dazzling | delicate | delicious | disarming | droll
    electrifying | eloquent | endearing | energetic | engrossing | enjoyable | entertaining | exciting | exquisite
    extraordinary | fascinating | fine | fluid | fresh | genial | gentle | glorious | good | gorgeous | gutsy | handsome
    heartwarming | hypnotic | imaginative | immaculate | impeccable | impressive | incisive | infectious | ingenious
    insightful | inspired | inspiring | intelligent | intense | intimate | intricate | intriguing | invigorating
    irresistible | likable | literate | lovely | luminous | lyrical | majestic | memorable | mesmerizing | nuanced
    offbeat | passionate | penetrating | perfect | playful | pleasant | poetic | profound | provocative | quirky
    resonant | rewarding | rich | robust | romantic | rousing | satisfying | seductive | sensitive | shrewd | sincere
    skillful | sly | soulful | sparkling | spectacular | spirited | splendid | startling | stirring | stylish | sublime
    sumptuous | surprising | sweet | sympathetic | taut | thought-provoking | thoughtful | tight | timely | truthful
    unflinching | unpretentious | upbeat | vibrant | visceral | vivid | well-acted | well-crafted | winning | wise
    worthwhile | zany | nice | solid | wry | big-hearted | buoyant | cheerful | observant | ambitious | urgent`),
  negative: list(`absurd | aimless | annoying | artificial | asinine | awkward | banal | barren | bewildering | bogus | botched
    brainless | charmless | cheap | childish | chaotic | cliched | cloying | clunky | cold | confused | confusing
    convoluted | corny | crass | creaky | crude | cumbersome | cutesy | dated | dim-witted | dismal | distasteful | dreary
    drab | dumb | empty | excruciating | exasperating | exhausting | facile | fake | feeble | flawed | flimsy | foolish
    formulaic | frantic | frustrating | generic | glib | gloomy | graceless | gratuitous | gross | half-baked
    ham-fisted | heavy-handed | hackneyed | hokey | humorless | idiotic | ill-conceived | implausible | inane
    incomprehensible | ineffective | inept | inert | insipid | insulting | irritating | jumbled | juvenile | labored
    lackluster | lame | laughable | leaden | lethargic | limp | listless | lousy | lumbering | maudlin | mawkish
    mean-spirited | meandering | mechanical | messy | mindless | miserable | misguided | monotonous | moronic | mushy
    nonsensical | numbing | obnoxious | obvious | offensive | off-putting | overblown | overwrought | pathetic
    pedestrian | perfunctory | phony | ponderous | preposterous | puerile | rambling | recycled | redundant | repellent
    repetitive | rote | rushed | sappy | schmaltzy | second-rate | self-indulgent | self-important | senseless
    shapeless | shoddy | simplistic | slapdash | sleazy | slow | sour | stagnant | sterile | stilted | strained
    superficial | syrupy | tacky | tame | tasteless | tepid | tired | trite | trivial | turgid | ugly | unconvincing
    unbearable | uneven | unfocused | unimaginative | uninteresting | uninvolving | unlikable | unnecessary | unoriginal
    unpleasant | unremarkable | unsatisfying | vapid | vulgar | weak | witless | woeful | worthless | wretched`),
};

/** What a film can have, without an article. */
export const QUALITIES: Opinions = {
  positive: list(`charm | wit | warmth | heart | energy | imagination | insight | grace | humour | intelligence | passion
    style | suspense | tenderness | depth | originality | conviction | subtlety | honesty | affection | compassion
    invention | verve | elegance | spirit | soul | poetry | beauty | magic | fun | feeling | excitement | vitality
    emotional power | real laughs | good ideas | common sense | quiet dignity | joy | chemistry`),
  negative: list(`contrivance | sentimentality | bombast | noise | pretension | self-pity | melodrama | tedium | boredom
    nonsense | cynicism | padding | exposition | cruelty | hysteria | banality | stupidity | filler | gloom | confusion
    cheap tricks | bad jokes | old cliches | toilet humour | false notes | dead ends | empty gestures | platitudes
    stereotypes | plot holes | clumsy speeches | silly coincidences | bad taste | hot air | drivel`),
};

/** What films are about. */
export const TOPICS = list(`family and forgiveness | growing up in a small town | first love | old age | life after a war
  friendship between women | a father and his son | the price of fame | grief | loneliness in the big city
  a marriage in trouble | teenage life | music and memory | faith and doubt | crime and its consequences | ambition
  two sisters | people who have lost their way | the immigrant experience | money and power | an unlikely couple
  life on the road | a forgotten war | school and what comes after | sibling rivalry | midlife crisis`);

export const CRITICS: Patterns = {
  both: [
    "{critic} and {critic}",
    "{critic}, {critic} and {critic}.",
    "a {critic} [look at|portrait of|film about|story of|take on|tale of] {topic}.",
    "a {critic}, {critic} [look at|portrait of|film about|story of|take on|tale of] {topic}",
    "{thing} is [filled|packed|loaded|bursting] with {quality} and {quality}.",
    "full of {quality} and {quality}",
    "more {quality} than {-quality}.",
    "the result is {critic} and {critic}.",
    "the result is a {critic} {kind}, {critic} and full of {quality}.",
    "as {critic} as it is {critic}.",
    "one of the [year's|season's|summer's] most {critic} films",
    "{critic} [entertainment|filmmaking|storytelling].",
    "{topic} has rarely [looked|felt|seemed] so {critic}.",
    "[this is|here is|it is] a {critic} {kind}, {critic} to the [core|end|last].",
    "a {critic} {kind} about {topic}, [made|told|played] with {quality}.",
    "in turns {critic} and {critic}, and always {critic}.",
    "the [performances|dialogues|scenes|images|songs] are {critic}.",
    "[the screenplay|the direction|the staging|the editing|the score] is {critic} and {critic}.",
    "it is {critic} to [watch|see|follow] how {thing} {that}.",
    "{critic} without being {-critic}.",
    "less {-critic} than {critic}.",
    "a {kind} that is {very} {critic}, with {quality} [everywhere|throughout|in every scene].",
    "[the director|the writer|the star|everyone involved] brings {quality} and {quality} to {topic}.",
    "[think of|imagine] a {kind} about {topic}, and make it {critic}.",
    "from its {critic} opening to its {critic} finale, {thing} {that}.",
    "{thing} may look {-critic}, but it is {critic}.",
  ],
  positive: [
    "without {-quality}, without {-quality}, with a great deal of {quality}",
    "blessedly free of {-quality}.",
    "[there is|you find] {quality} in every [scene|frame|line].",
    "rises above {-quality} on sheer {quality}.",
    "what it lacks in {quality} it makes up for in {quality}.",
    "never falls into {-quality}.",
    "a {kind} with {quality}, {quality} and {quality}.",
    "[no|not a trace of] {-quality}, only {quality}.",
    "it has {quality}, it has {quality}, and above all it has {quality}.",
    "you leave [moved|happy|inspired|refreshed] by its {quality}.",
    "has enough {quality} for two films.",
    "a {kind} to [cherish|remember|treasure|savour].",
    "[worth watching|worth seeing|worth a look] for its {quality} alone.",
    "manages to avoid {-quality} and finds {quality} instead.",
  ],
  negative: [
    "lacks {-quality}.",
    "[has no|devoid of|short on|without any|starved of] {-quality}.",
    "short on {-quality} and long on {quality}.",
    "all {quality} and no {-quality}",
    "drowns in {quality}.",
    "buried under {quality} and {quality}.",
    "where is the {-quality}?",
    "it could have used [more|some|a little] {-quality}.",
    "too much {quality}, too little {-quality}.",
    "mistakes {quality} for {-quality}.",
    "[fails to find|never finds|looks in vain for] any {-quality} in {topic}.",
    "the {-quality} is gone, and what is left is {quality}.",
    "has neither {-quality} nor {-quality}.",
    "[sinks|sags|collapses|crumbles] under its own {quality}.",
    "a {kind} to [skip|forget|avoid|endure].",
    "strains for {-quality} and reaches only {quality}.",
  ],
};
