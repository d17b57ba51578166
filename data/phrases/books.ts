import { aspect, type Domain, list } from "./domain";

export const books: Domain = {
  weight: 11,
  thing:
    list(`this book | the novel | this novel | the story | this collection | the second volume | this memoir | the audiobook
    this biography | her latest book | his first novel`),
  kind: list(`book | novel | memoir | page-turner | short story collection | biography | history | crime novel | love story
    fantasy | debut | travel book`),
  adj: {
    positive:
      list(`brilliant | gripping | beautiful | wonderful | fascinating | moving | clever | funny | wise | vivid | superb
      tender | rich | thrilling | lovely | absorbing | fantastic | witty | luminous | excellent | rewarding`),
    negative:
      list(`boring | dreary | terrible | tedious | dull | awful | confusing | shallow | pretentious | repetitive
      predictable | flat | long-winded | clumsy | forgettable | preachy | lifeless | disappointing | unreadable | dry`),
  },
  that: {
    positive:
      list(`kept me up until three in the morning | deserves a place on every shelf | pulls you in from the first page
      makes a distant time feel close | I will be giving to everyone I know | gets under your skin
      made me laugh and cry on the same page | I know I will read again`),
    negative:
      list(`I could not finish | should have been a short article | goes on for two hundred pages too many
      repeats itself in every chapter | reads like a first draft | put me to sleep three nights running
      I gave up on halfway through | promises much and delivers little`),
  },
  verdict: {
    positive:
      list(`a pleasure to read | the best thing I have read all year | a feast of language | a real page-turner
      a book to treasure | an absolute gem | hard to put down`),
    negative: list(`a slog | a waste of good paper | the worst thing I have read all year | a real letdown
      a struggle to get through | hard to pick up again | one long yawn`),
  },
  reaction: {
    positive:
      list(`I read it in one sitting | I missed my stop on the train | I loved every page | I did not want it to end
      I have bought three more copies as gifts | my whole book club loved it | I learned something on every page`),
    negative:
      list(`I gave up after fifty pages | I skimmed the last third | I wanted to throw it across the room
      I had to force myself to finish | my whole book club hated it | I am giving my copy away | I learned nothing new`),
  },
  context: list(
    "on the train | over the holidays | in two languages | with my book club | in paperback | before bed",
  ),
  aspects: [
    aspect(
      "the writing",
      "is gorgeous | sings | is clear and lively | is a delight",
      "is clumsy | is flat and lifeless | is full of cliches | is hard going",
    ),
    aspect(
      "the plot",
      "races along | is wonderfully intricate | kept me guessing to the last page",
      "goes nowhere | is full of holes | was obvious after two chapters",
    ),
    aspect(
      "the heroine",
      "is unforgettable | is brave and funny | is someone you root for",
      "is irritating beyond belief | is a bore | never feels real",
    ),
    aspect(
      "the ending",
      "is satisfying | left me in tears | is a stroke of genius",
      "is rushed | is a cheat | left me cold",
    ),
    aspect("the research", "is impressive | shines through on every page", "is sloppy | is full of mistakes"),
    aspect("the translation", "is a joy | reads smoothly", "is wooden | is riddled with errors"),
    aspect(
      "the narrator",
      "has a voice like honey | is a wonder",
      "drones on | mispronounces half the names",
    ),
  ],
};
