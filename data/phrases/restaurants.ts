import { aspect, type Domain, list } from "./domain";

export const restaurants: Domain = {
  weight: 10,
  thing:
    list(`this restaurant | the place | this cafe | the bistro | this little pizzeria | the new noodle bar | the bakery
    our dinner | the lunch menu | this pub | the brunch`),
  kind: list("restaurant | cafe | bistro | meal | dinner | lunch | place | pizzeria | pub | bakery"),
  adj: {
    positive:
      list(`delicious | wonderful | fantastic | cosy | friendly | excellent | welcoming | superb | lovely | tasty
      charming | outstanding | delightful | perfect | generous | great | amazing`),
    negative:
      list(`terrible | awful | overpriced | disgusting | bland | dirty | greasy | disappointing | noisy | dreadful
      horrible | mediocre | tasteless | gloomy | stingy | bad | rude`),
  },
  that: {
    positive:
      list(`feels like home | deserves every star it has | puts the competition to shame | I would cross town for
      makes you order a second dessert | I keep coming back to`),
    negative:
      list(`has seen better days | charges a fortune for tiny portions | made us both ill | I will not visit again
      thinks salt is a luxury | should be closed down`),
  },
  verdict: {
    positive:
      list(`worth every penny | the best meal we have had in months | a hidden gem | a feast | our new favourite
      an evening to remember`),
    negative:
      list(`a rip-off | the worst meal we have had in months | a tourist trap | a waste of money | an evening to forget
      one to avoid`),
  },
  reaction: {
    positive:
      list(`we will be back next week | I could have licked the plate | we felt very well looked after | we loved it
      I am still dreaming of the dessert | we left happy and full | everybody at the table was delighted`),
    negative:
      list(`we will never go back | I left half of it on the plate | we waited over an hour | we felt ignored all evening
      I was sick all night | we left hungry and angry | nobody at the table finished their food`),
  },
  context: list(
    "for my birthday | on a busy Friday | with a large group | near the station | for two | with the children",
  ),
  aspects: [
    aspect(
      "the food",
      "is fresh and full of flavour | was delicious | arrived hot and beautifully presented",
      "was cold | was bland and greasy | tasted of nothing",
    ),
    aspect(
      "the service",
      "is warm and quick | was impeccable | could not have been friendlier",
      "was rude | was painfully slow | left a lot to be desired",
    ),
    aspect(
      "the waiter",
      "was a delight | remembered us | gave great advice",
      "ignored us | got the order wrong twice | rolled his eyes at us",
    ),
    aspect("the soup", "was heavenly | warmed us right through", "was lukewarm | tasted like dishwater"),
    aspect("the steak", "melted in the mouth | was cooked to perfection", "was tough as leather | was burnt"),
    aspect("the room", "is cosy and bright | has a lovely view", "is noisy and cramped | smelled of old oil"),
    aspect(
      "the bill",
      "was a pleasant surprise | was more than fair",
      "was a nasty shock | was far too high",
    ),
    aspect(
      "the dessert",
      "was divine | was worth the trip alone",
      "was stale | came straight from the freezer",
    ),
  ],
};
