import { aspect, type Domain, list } from "./domain";

export const gadgets: Domain = {
  weight: 9,
  thing:
    list(`this phone | the camera | this laptop | the headset | this vacuum cleaner | the coffee machine | this tablet
    the keyboard | this blender | the speaker | this watch | the printer`),
  kind: list("phone | camera | laptop | gadget | machine | speaker | watch | printer | purchase | product"),
  adj: {
    positive:
      list(`fantastic | reliable | excellent | sturdy | handy | brilliant | quick | sleek | great | superb | amazing
      well-made | practical | quiet | perfect`),
    negative:
      list(`useless | flimsy | terrible | unreliable | slow | awful | noisy | cheap and nasty | overpriced | clumsy | bad
      shoddy | infuriating | horrible | disappointing`),
  },
  that: {
    positive:
      list(`does exactly what it promises | has made my mornings easier | I use every single day | just works
      outlasts everything else I have owned`),
    negative:
      list(`does nothing it promises | broke after a week | spends more time charging than working | belongs in the bin
      fails whenever you need it`),
  },
  verdict: {
    positive: list(
      "worth every penny | the best thing I have bought all year | a bargain | a joy to use | money well spent",
    ),
    negative: list(
      "a waste of money | the worst thing I have bought all year | a rip-off | a pain to use | money down the drain",
    ),
  },
  reaction: {
    positive:
      list(`I could not be happier with it | I would buy it again at once | I bought a second one for my mother
      I love it | I have had no trouble at all`),
    negative:
      list(`I sent it back the next day | I would never buy it again | I warned my mother not to get one
      I hate it | I have had nothing but trouble`),
  },
  context: list("for work | for the kitchen | for travelling | on sale | after long research | as a present"),
  aspects: [
    aspect("the battery", "lasts for days | charges in no time", "dies by noon | barely lasts an hour"),
    aspect(
      "the screen",
      "is bright and sharp | is gorgeous",
      "scratches if you look at it | flickers | cracked within a week",
    ),
    aspect("the sound", "is rich and clear | fills the room", "is tinny | crackles all the time"),
    aspect(
      "the software",
      "is simple and quick | never gets in the way",
      "crashes daily | is a maze of menus",
    ),
    aspect("the manual", "is clear and short | answered every question", "is a joke | explains nothing"),
    aspect(
      "customer support",
      "was quick and kind | replaced it without a fuss",
      "never answered | was no help at all",
    ),
    aspect("the design", "is lovely | feels solid in the hand", "is ugly | feels cheap"),
  ],
};
