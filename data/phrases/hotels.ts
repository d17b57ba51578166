import { aspect, type Domain, list } from "./domain";

export const hotels: Domain = {
  weight: 8,
  thing: list(
    "this hotel | the hotel | our stay | the guest house | this hostel | the resort | our room | the apartment",
  ),
  kind: list("hotel | guest house | hostel | resort | stay | place | weekend"),
  adj: {
    positive:
      list(`wonderful | spotless | quiet | comfortable | lovely | fantastic | welcoming | excellent | charming | peaceful
      perfect | friendly | relaxing | great | superb`),
    negative:
      list(`filthy | terrible | noisy | shabby | awful | overpriced | damp | horrible | run-down | cramped | unfriendly
      disappointing | dreadful | bad | depressing`),
  },
  that: {
    positive:
      list(`thinks of everything | I would book again in a heartbeat | feels like a second home | lets you really rest
      is even nicer than the pictures`),
    negative:
      list(`looks nothing like the pictures | I would not wish on anyone | needs a good scrub | charges extra for everything
      has been left to rot`),
  },
  verdict: {
    positive: list(
      "a little paradise | great value for money | the perfect place to unwind | a dream | a wonderful find",
    ),
    negative: list(
      "a nightmare | terrible value for money | the last place to get some rest | a disgrace | a horrible mistake",
    ),
  },
  reaction: {
    positive:
      list(`we slept like babies | we did not want to leave | we have already booked again | we felt at home at once
      I loved waking up there`),
    negative:
      list(`we did not sleep at all | we left a day early | we asked for our money back | we felt like a nuisance
      I itched for a week`),
  },
  context: list(
    "for three nights | in the off season | by the sea | with a dog | on business | in the old town",
  ),
  aspects: [
    aspect(
      "the bed",
      "was wonderfully soft | was the best I ever slept in",
      "was lumpy | squeaked all night | had stains on it",
    ),
    aspect(
      "the staff",
      "were friendly and helpful | went out of their way for us",
      "were rude | could not have cared less",
    ),
    aspect(
      "the breakfast",
      "was plentiful and delicious | set us up for the day",
      "was a sad affair | ran out by nine | was inedible",
    ),
    aspect("the bathroom", "was sparkling clean | was huge and modern", "was mouldy | had no hot water"),
    aspect("the view", "was stunning | made up for the stairs", "was of a brick wall | was of the bins"),
    aspect("the pool", "was heaven | was warm and clean", "was closed | was green"),
  ],
};
