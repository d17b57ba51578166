#!/usr/bin/env python3
"""Writes test/fixtures/tokenizers/sst2-token-digest.json: one SHA-256 per split of SST-2 over the ids that the Rust
library `tokenizers` gives for all its sentences.

    python3 test/conformance/make_sst2_token_digest.py TOKENIZER_DIR SST2_DIR > test/fixtures/tokenizers/sst2-token-digest.json

TOKENIZER_DIR holds bert-base-uncased's tokenizer.json, SST2_DIR GLUE's train.tsv, dev.tsv and test.tsv. Hashed are, per
sentence, its ids ([CLS] and [SEP] included, nothing truncated) and a -1, as little-endian 32-bit integers.
"""

import array
import hashlib
import json
import sys
from pathlib import Path

import tokenizers

tokenizer_dir, sst2 = Path(sys.argv[1]), Path(sys.argv[2])
tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer_dir / "tokenizer.json"))
tokenizer.no_truncation()
tokenizer.no_padding()

splits = {}
for split, file in (("train", "train.tsv"), ("validation", "dev.tsv"), ("test", "test.tsv")):
    header, *lines = (sst2 / file).read_bytes().decode("utf8").rstrip("\n").split("\n")
    column = header.split("\t").index("sentence")
    encodings = tokenizer.encode_batch([line.split("\t")[column] for line in lines])
    digest, tokens = hashlib.sha256(), 0
    for encoding in encodings:
        digest.update(array.array("i", encoding.ids + [-1]).tobytes())
        tokens += len(encoding.ids)
    splits[split] = {"sentences": len(encodings), "tokens": tokens, "sha256": digest.hexdigest()}
print(json.dumps({"tokenizers": tokenizers.__version__, "splits": splits}, indent=2))
