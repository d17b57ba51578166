#!/usr/bin/env python3
"""The peer of `bench profile`: where the time of a PyTorch + transformers training step goes, by torch's own operations.

    python3 hf_profile.py --train train.tsv --tokenizer tokenizer.json --precision bf16 --steps 22 [--layers 12 …]

The step is that of the peer of `bench train-step`. Prints one JSON line: `step_ms`, the median of the steps after the first
two, measured without the profiler; then, of as many steps under it, calls and milliseconds a step of each operation.
"""
import argparse
import json
import random
import time

import torch
from tokenizers import Tokenizer
from torch.profiler import ProfilerActivity, profile
from transformers import BertConfig, BertForSequenceClassification

WARM_UP_STEPS = 2
STEPS_DRAWN = 50
MOST_OPERATIONS = 20

parser = argparse.ArgumentParser()
parser.add_argument("--train", required=True)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
parser.add_argument("--steps", type=int, default=22)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--layers", type=int, default=12)
parser.add_argument("--hidden", type=int, default=768)
parser.add_argument("--sampling", choices=["random", "group_by_length"], default="random")
parser.add_argument("--threads", type=int, default=2)
args = parser.parse_args()

torch.set_num_threads(args.threads)
torch.manual_seed(0)
random.seed(0)
with open(args.train, encoding="utf8") as file:
    rows = [line.rstrip("\n").split("\t") for line in file][1:]
random.shuffle(rows)
rows = rows[: max(args.steps, STEPS_DRAWN) * args.batch]
tokenizer = Tokenizer.from_file(args.tokenizer)
if args.sampling == "group_by_length":
    rows.sort(key=lambda row: -len(tokenizer.encode(row[0]).ids))
batches = [rows[start : start + args.batch] for start in range(0, len(rows), args.batch)]
if args.sampling == "group_by_length":
    random.shuffle(batches)
tokenizer.enable_padding()
model = BertForSequenceClassification(
    BertConfig(
        hidden_size=args.hidden,
        num_hidden_layers=args.layers,
        num_attention_heads=max(1, args.hidden // 64),
        intermediate_size=4 * args.hidden,
    )
).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01, fused=True)


def train_step(index: int) -> float:
    batch = batches[index]
    encoded = tokenizer.encode_batch([text for text, _ in batch])
    ids = torch.tensor([encoding.ids for encoding in encoded])
    mask = torch.tensor([encoding.attention_mask for encoding in encoded])
    labels = torch.tensor([int(label) for _, label in batch])
    start = time.perf_counter()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=args.precision == "bf16"):
        loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    loss.item()
    return (time.perf_counter() - start) * 1000


steps = range(args.steps)
times = sorted([train_step(step) for step in steps][WARM_UP_STEPS:])
with profile(activities=[ProfilerActivity.CPU]) as profiler:
    for step in steps[WARM_UP_STEPS:]:
        train_step(step)
operations = sorted(profiler.key_averages(), key=lambda event: -event.self_cpu_time_total)[:MOST_OPERATIONS]
count = len(times)
print(
    json.dumps(
        {
            "peer": f"pytorch {torch.__version__}",
            "precision": args.precision,
            "step_ms": round(times[count // 2], 2),
            "functions": {
                event.key: {
                    "calls": round(event.count / count, 1),
                    "ms": round(event.self_cpu_time_total / 1000 / count, 2),
                }
                for event in operations
            },
        }
    )
)
