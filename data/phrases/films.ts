import { aspect, type Domain, list } from "./domain";

export const films: Domain = {
  weight: 62,
  thing:
    list(`this film | the film | this movie | the movie | the picture | this sequel | this remake | the documentary
    this thriller | this comedy | the adaptation | this debut | this little drama | the whole thing | this western
    the final chapter | this animated feature | this biopic | the new version | this ghost story | the second half`),
  kind: list(`film | movie | thriller | comedy | drama | romance | documentary | western | sequel | remake | debut
    mystery | ghost story | biopic | family film | war film | heist movie | musical | satire | fable | horror film
    coming-of-age story | road movie | courtroom drama | character study`),
  adj: {
    positive:
      list(`brilliant | fantastic | wonderful | moving | funny | hilarious | gripping | charming | clever | tender
      beautiful | stunning | superb | excellent | touching | delightful | thrilling | smart | witty | heartfelt | warm
      haunting | original | inventive | graceful | absorbing | joyous | honest | elegant | riveting | unforgettable
      exhilarating | sharp | powerful | magical | masterful | enchanting | poignant | suspenseful | refreshing | amazing
      engaging | uplifting | subtle | generous | lively | great | terrific | perceptive`),
    negative:
      list(`terrible | boring | awful | dull | predictable | tedious | clumsy | lifeless | shallow | bland | dreadful
      pointless | pretentious | horrible | sluggish | stale | unfunny | forgettable | incoherent | contrived | lazy
      muddled | tiresome | sloppy | overlong | flat | bloated | cheesy | hollow | grating | manipulative | derivative
      ridiculous | plodding | stupid | cynical | mediocre | soulless | disjointed | insufferable | amateurish | silly
      bad | poor | disappointing | painful | uninspired | toothless`),
  },
  that: {
    positive:
      list(`earns every one of its tears | never talks down to its audience | finds humour in the darkest corners
      stays with you for days | gets better with every scene | trusts its viewers to keep up | treats its people with real affection
      surprises you right up to the last shot | makes two hours feel like twenty minutes | has a heart as big as its ambition
      keeps its secrets until exactly the right moment | makes you want to call your mother afterwards
      turns a small story into something grand | knows precisely when to stop | breathes new life into an old formula
      leaves you grinning all the way home | rewards a second viewing | dares to be quiet | balances laughter and grief with ease`),
    negative:
      list(`wears out its welcome within twenty minutes | never finds a reason to exist | mistakes noise for excitement
      runs out of ideas before the opening credits are over | explains every joke twice | goes nowhere, slowly
      confuses being slow with being deep | wastes everyone's talent | insults the intelligence of its audience
      borrows from better films and improves on none of them | collapses under its own weight | drags on and on
      has nothing to say and takes two hours to say it | leaves you feeling nothing at all | cannot decide what it wants to be
      telegraphs every twist an hour ahead | treats its characters like furniture | feels like homework
      lurches from one cliche to the next`),
  },
  verdict: {
    positive:
      list(`a treat from start to finish | one of the best films of the year | a small miracle | a triumph
      a joy to watch | an instant classic | a real gem | pure pleasure | well worth the price of a ticket
      everything you could hope for | a masterpiece of restraint | the best time I have had at the cinema in years
      a must-see | a lovely surprise | a rare delight | two hours very well spent`),
    negative:
      list(`a complete waste of time | a waste of time and money | a mess from start to finish | one of the worst films of the year
      a total failure | a chore to sit through | an utter disaster | a bore | two hours I will never get back
      a missed opportunity | an embarrassment for all involved | a pale copy of the original | best avoided
      not worth the price of a ticket | a big disappointment | a cheap cash-in`),
  },
  reaction: {
    positive:
      list(`I loved every minute of it | I laughed until my sides hurt | I did not want it to end | I left the cinema smiling
      I was on the edge of my seat | I cried happy tears | I was hooked from the first scene | I would gladly watch it again
      I have already told all my friends to see it | I was pleasantly surprised | I enjoyed myself enormously
      the whole row applauded | even my grumpy brother was moved | my kids adored it | I could have stayed for another hour
      I completely forgot about the time | I fell for it at once`),
    negative:
      list(`I hated every minute of it | I checked my watch every ten minutes | I nearly fell asleep | I wanted my money back
      I walked out before the end | I could not wait for it to be over | I regret buying a ticket | I did not laugh once
      I was bored to tears | I stopped caring after half an hour | half the audience left early | I felt cheated
      my kids asked to go home | even the trailer was better | I kept hoping it would improve, and it never did
      I lost patience long before the end | I have rarely been so bored`),
  },
  context:
    list(`on a rainy Sunday | with my sister | at a late showing | on a long flight | at the festival | last night
    with a full house | in the front row | with two teenagers | on opening weekend | without knowing the book
    at our local cinema | with the lights off | after a long week`),
  aspects: [
    aspect(
      "the acting",
      "is superb | is first rate | is natural and unforced | could not be better | lifts every scene",
      "is wooden | is embarrassingly bad | never convinces | is stiff as a board | ruins every scene",
    ),
    aspect(
      "the dialogue",
      "crackles with wit | sparkles | rings true | is sharp and funny | sounds like real people talking",
      "clunks along | is painfully stilted | sounds written by a committee | is laughable | makes you cringe",
    ),
    aspect(
      "the script",
      "is tight and clever | is full of surprises | gives everyone something to do | never puts a foot wrong",
      "is full of holes | is a mess | recycles every cliche in the book | needed three more drafts",
    ),
    aspect(
      "the plot",
      "twists in all the right places | keeps you guessing | unfolds beautifully | is simple but effective",
      "makes no sense | is rather predictable | goes in circles | falls apart in the final act | is wafer thin",
    ),
    aspect(
      "the ending",
      "is perfect | is deeply satisfying | took my breath away | brings it all together",
      "is a cheat | comes out of nowhere | is a letdown | ruins what little came before",
    ),
    aspect(
      "the leading lady",
      "is magnetic | gives the performance of her life | lights up the screen | is a revelation",
      "sleepwalks through her part | is badly miscast | has one expression | never comes to life",
    ),
    aspect(
      "the lead actor",
      "is wonderful | carries it with ease | has never been better | is irresistible",
      "mumbles his way through | is dreadful | looks as bored as I was | overacts wildly",
    ),
    aspect(
      "the cast",
      "is flawless | works together like a dream | clearly had fun, and it shows",
      "is wasted | has no chemistry whatsoever | looks lost",
    ),
    aspect(
      "the director",
      "handles it all with a light touch | shows real confidence | knows just what to leave out",
      "has no idea what to do with the material | smothers it in style | seems to have given up",
    ),
    aspect(
      "the pacing",
      "is spot on | never lets up | is brisk and sure",
      "is glacial | is all over the place | kills any tension | drags terribly",
    ),
    aspect(
      "the soundtrack",
      "is gorgeous | fits like a glove | gave me goosebumps",
      "is deafening | is intrusive and cheap | gets on your nerves",
    ),
    aspect(
      "the photography",
      "is breathtaking | glows | makes every frame a painting",
      "is murky | gave me a headache | looks like a bad commercial",
    ),
    aspect(
      "the humour",
      "lands every time | is warm and dry | never turns mean",
      "falls flat | is crude and tired | misses every time",
    ),
    aspect(
      "the special effects",
      "are dazzling | serve the story | still look amazing",
      "are laughable | look cheap | swamp the story",
    ),
    aspect(
      "the characters",
      "feel like old friends | are drawn with care | grow on you",
      "are cardboard | are impossible to care about | never behave like human beings",
    ),
    aspect(
      "the first half",
      "flies by | is full of promise and charm | had me laughing out loud",
      "is an endless slog | tested my patience | takes forever to get going",
    ),
  ],
};
