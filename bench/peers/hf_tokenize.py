"""The peer of `bench tokenize`: Python's `datasets.map` with the Rust tokenizer on the same sentences. Loads them from the
TSV file and maps the tokenizer over them, first with an empty cache, then again in a new process. Prints one JSON line."""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("--train", required=True)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--run", action="store_true", help="one run, in the cache that HF_HOME names")
args = parser.parse_args()


def one_run():
    from datasets import disable_progress_bars, load_dataset
    from transformers import AutoTokenizer

    disable_progress_bars()
    start = time.perf_counter()
    tokenizer = AutoTokenizer.from_pretrained(os.path.dirname(args.tokenizer))
    tokenizer_s = time.perf_counter() - start

    start = time.perf_counter()
    # quoting=3: GLUE's files are not quoted, and have lone quotes.
    raw = load_dataset("csv", data_files={"train": args.train}, delimiter="\t", quoting=3, split="train")
    load_s = time.perf_counter() - start

    start = time.perf_counter()
    mapped = raw.map(lambda batch: tokenizer(batch["sentence"], truncation=True), batched=True)
    map_s = time.perf_counter() - start

    peak_rss_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    tokens = sum(len(ids) for ids in mapped["input_ids"])
    return {"sentences": len(mapped), "tokens": tokens, "tokenizer_s": tokenizer_s, "load_s": load_s, "map_s": map_s,
            "peak_rss_mb": peak_rss_mb}


def in_new_process(cache):
    # Nothing comes from the network: the tokenizer is a folder.
    env = {**os.environ, "HF_HOME": cache, "HF_HUB_OFFLINE": "1"}
    env.pop("HF_DATASETS_CACHE", None)
    command = [sys.executable, __file__, "--run", "--train", args.train, "--tokenizer", args.tokenizer]
    return json.loads(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def named(name, figures):
    keys = ("tokenizer_s", "load_s", "map_s", "peak_rss_mb")
    return {**{f"{name}_{key}": figures[key] for key in keys}, f"{name}_s": figures["load_s"] + figures["map_s"]}


if args.run:
    print(json.dumps(one_run()))
else:
    with tempfile.TemporaryDirectory() as cache:
        first, cached = in_new_process(cache), in_new_process(cache)
    print(json.dumps({"sentences": cached["sentences"], "tokens": cached["tokens"],
                      **named("first", first), **named("cached", cached)}))
