"""The peer of `bench distributed`: DistributedDataParallel over gloo, as many processes, each with the same batches and one thread.

    python3 ddp_step.py --train train.tsv --tokenizer tokenizer.json --precision fp32 --ranks 2 [--steps 22 --layers 12 --hidden 768 --batch 16]

Per step what hf_train_step.py does: shuffled batches, dynamic padding, autocast, clipping at 1.0, fused AdamW. Prints one JSON line.
"""
import argparse
import json
import os
import random
import time

import torch
import torch.distributed as dist
import torch.multiprocessing as processes
from tokenizers import Tokenizer
from torch.nn.parallel import DistributedDataParallel
from transformers import BertConfig, BertForSequenceClassification

parser = argparse.ArgumentParser()
parser.add_argument("--train", required=True)
parser.add_argument("--tokenizer", required=True)
parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
parser.add_argument("--ranks", type=int, default=2)
for name, value in {"steps": 22, "batch": 16, "layers": 12, "hidden": 768, "threads": 1}.items():
    parser.add_argument(f"--{name}", type=int, default=value)


def rank_main(rank, a):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29511")
    dist.init_process_group("gloo", rank=rank, world_size=a.ranks)
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)
    random.seed(0)
    with open(a.train, encoding="utf8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    random.shuffle(rows)
    rows = rows[: max(a.steps, 50) * a.batch]
    tokenizer = Tokenizer.from_file(a.tokenizer)
    tokenizer.no_padding()
    ids = [each.ids for each in tokenizer.encode_batch([row[0] for row in rows])]
    config = BertConfig(
        hidden_size=a.hidden, num_hidden_layers=a.layers, num_attention_heads=max(1, a.hidden // 64), intermediate_size=4 * a.hidden
    )
    model = BertForSequenceClassification(config).train()
    parallel = DistributedDataParallel(model) if a.ranks > 1 else model
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01, fused=True)
    times = []
    for step in range(a.steps):
        batch = ids[step * a.batch : (step + 1) * a.batch]
        longest = max(map(len, batch))
        x = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
        mask = (torch.arange(longest)[None] < torch.tensor([len(row) for row in batch])[:, None]).long()
        y = torch.tensor([int(row[1]) for row in rows[step * a.batch : (step + 1) * a.batch]])
        started = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.precision == "bf16"):
            loss = parallel(input_ids=x, attention_mask=mask, labels=y).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        loss.item()
        times.append(time.perf_counter() - started)
    if rank == 0:
        times = sorted(times[2:])
        figures = {key: getattr(a, key) for key in ("precision", "batch", "layers", "hidden", "ranks")}
        figures |= {"peer": f"pytorch {torch.__version__}, gloo", "median_s": times[len(times) // 2], "mean_s": sum(times) / len(times)}
        print(json.dumps(figures))
    dist.destroy_process_group()


if __name__ == "__main__":
    arguments = parser.parse_args()
    processes.spawn(rank_main, (arguments,), nprocs=arguments.ranks)
