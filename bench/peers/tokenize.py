"""The peer of `bench tokenize`: Hugging Face's Rust tokenizers on the same sentences. Prints one JSON line."""
import argparse
import json
import time

from tokenizers import Tokenizer

parser = argparse.ArgumentParser()
parser.add_argument("--train", required=True)
parser.add_argument("--tokenizer", required=True)
args = parser.parse_args()
with open(args.train, encoding="utf8") as file:
    sentences = [line.split("\t")[0] for line in file][1:]
tokenizer = Tokenizer.from_file(args.tokenizer)
tokenizer.no_padding()
start = time.perf_counter()
encodings = tokenizer.encode_batch(sentences)
seconds = time.perf_counter() - start
print(json.dumps({"sentences": len(sentences), "tokens": sum(len(e.ids) for e in encodings), "seconds": seconds}))
