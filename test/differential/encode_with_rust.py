"""What the Rust library makes of texts: {"tokenizers": [json, …], "texts": […]} to [[{ids, pair, plain, decoded, …}, …], …]."""

import json
import sys

from tokenizers import Tokenizer



def places(encoding):
    """Words, texts of the pair and offsets; what has none has -1."""
    none = lambda values: [-1 if value is None else value for value in values]
    return [none(encoding.word_ids), none(encoding.sequence_ids), encoding.offsets]


def windows(tokenizer, side, text, other):
    """Rows of a pair whose second text is cut into windows of five tokens, each of which repeats two.

    Without token types: in the windows behind the first one the library forgets what its template says of them.
    """
    room = len(tokenizer.encode(text).ids) - tokenizer.num_special_tokens_to_add(False)
    room += tokenizer.num_special_tokens_to_add(True) + 5
    tokenizer.enable_truncation(room, stride=2, strategy="only_second", direction=side)
    encoding = tokenizer.encode(text, other)
    tokenizer.no_truncation()
    return [[each.ids, *places(each)] for each in [encoding, *encoding.overflowing]]


given = json.load(sys.stdin)
texts = given["texts"]
answers = []
for content in given["tokenizers"]:
    tokenizer = Tokenizer.from_str(json.dumps(content))
    rows = []
    for i, text in enumerate(texts):
        encoding = tokenizer.encode(text)
        ids = encoding.ids
        row = {
            "ids": ids,
            "places": places(encoding),
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "skipped": tokenizer.decode(ids, skip_special_tokens=True),
        }
        if i % 10 == 0:
            pair = tokenizer.encode(text, texts[i - 1])
            bare = tokenizer.encode(text, texts[i - 1], add_special_tokens=False)
            row["pair"] = [pair.ids, pair.type_ids, bare.ids, bare.type_ids]
            row["pairPlaces"] = places(pair)
            split = tokenizer.encode(text.split(" "), is_pretokenized=True)
            row["split"] = [split.ids, *places(split)]
        if i % 20 == 0:
            row["windows"] = [windows(tokenizer, side, text, texts[i - 1]) for side in ("right", "left")]
        rows.append(row)
    answers.append(rows)
print(json.dumps(answers))
