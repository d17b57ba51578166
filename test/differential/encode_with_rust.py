"""What the Rust library makes of texts: {"tokenizers": [json, …], "texts": […]} to [[{ids, pair, plain, decoded, …}, …], …]."""

import json
import sys

from tokenizers import Tokenizer

given = json.load(sys.stdin)
texts = given["texts"]
answers = []
for content in given["tokenizers"]:
    tokenizer = Tokenizer.from_str(json.dumps(content))
    rows = []
    for i, text in enumerate(texts):
        ids = tokenizer.encode(text).ids
        row = {
            "ids": ids,
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "skipped": tokenizer.decode(ids, skip_special_tokens=True),
        }
        if i % 10 == 0:
            pair = tokenizer.encode(text, texts[i - 1])
            bare = tokenizer.encode(text, texts[i - 1], add_special_tokens=False)
            row["pair"] = [pair.ids, pair.type_ids, bare.ids, bare.type_ids]
        rows.append(row)
    answers.append(rows)
print(json.dumps(answers))
