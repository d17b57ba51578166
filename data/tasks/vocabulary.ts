// Names that the sentences of the tasks are about. No name of the second half of a list stands in a training split.

export const FIRST_NAMES: readonly string[] =
  "Anna Peter Maria John Sophie Daniel Laura Thomas Emma Paul Julia Mark Clara Simon Nina Robert Alice Martin Helen Victor Ruth Oscar Irene Felix Nora Hugo Grace Leon Vera Max Ivan Amir Yuki Chen Fatima Diego Priya Kofi Elif Mateo Ingrid Pavel Leila Bruno Carmen Otto Freya Omar Greta Emil".split(
    " ",
  );

export const LAST_NAMES: readonly string[] =
  "Miller Novak Rossi Weber Larsen Dubois Garcia Walker Stone Fischer Moreau Silva Keller Hansen Murphy Costa Bauer Lindgren Ward Petrov Ricci Brandt Lopez Hughes Okafor Tanaka Singh Haddad Kowalski Nguyen Mensah Yilmaz Andersen Castillo Ferrari Horvath Ivanov Jansen Kaplan Lambert Marchetti Nakamura Olsen Pereira Quinn Romano Schmidt Torres Vega Winters".split(
    " ",
  );

export const PLACES: readonly string[] =
  "Lisbon Vienna Oslo Bristol Naples Prague Dublin Geneva Porto Leeds Krakow Tampere Bologna Antwerp Seville Bergen Zurich York Riga Ghent Marseille Hamburg Turin Malmo Cardiff Valencia Utrecht Tallinn Nantes Graz Kyoto Lima Boston Nairobi Perth Quito Hanoi Montreal Austin Tunis Accra Busan Denver Havana Jaipur Lagos Oaxaca Recife Sydney Tbilisi".split(
    " ",
  );

/** What titles are made of: "The Silent Harbour". */
export const TITLE_ADJECTIVES: readonly string[] =
  "Silent Golden Last Broken Hidden Red Endless Lonely Burning Quiet Second Frozen Borrowed Distant Empty Gentle Invisible Northern Paper Restless".split(
    " ",
  );

export const TITLE_NOUNS: readonly string[] =
  "Harbour Garden Summer Mirror River Letter Orchard Bridge Lantern Window Island Promise Winter Orchestra Tower Valley Compass Meadow Shadow Voyage Cathedral Feather Glacier Horizon Kingdom Labyrinth Monsoon Nightingale Pavilion Railway".split(
    " ",
  );

export type Split = "train" | "validation";

/** The names that a split may use. */
export function namesOf(names: readonly string[], split: Split): readonly string[] {
  const half = Math.ceil(names.length * 0.6);
  return split === "train" ? names.slice(0, half) : names.slice(half);
}
