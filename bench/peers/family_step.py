#!/usr/bin/env python3
"""The peer of `bench train-step --family NAME`: what hf_train_step.py measures of BERT, of any family of transformers'.

    python3 family_step.py --config '{"model_type": …}' --train train.tsv --tokenizer tokenizer.json --precision bf16 --steps 22
"""
import argparse, json, random, resource, time
import torch
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForSequenceClassification


def arguments():
    parser = argparse.ArgumentParser()
    for name in ("config", "train", "tokenizer"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
    parser.add_argument("--mode", choices=["train"], default="train")
    parser.add_argument("--sampling", choices=["random", "group_by_length"], default="random")
    for name, default in dict(steps=22, batch=16, layers=12, hidden=768, threads=2).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def batches(a):
    """The very batches of bench/workload.ts: ids of tokens, and labels."""
    random.seed(0)
    rows = [line.rstrip("\n").split("\t") for line in open(a.train, encoding="utf8")][1:]
    random.shuffle(rows)
    rows = rows[: max(a.steps, 50) * a.batch]
    tokenizer = Tokenizer.from_file(a.tokenizer)
    tokenizer.no_padding()
    examples = [(encoding.ids, int(row[1])) for encoding, row in zip(tokenizer.encode_batch([row[0] for row in rows]), rows)]
    if a.sampling == "group_by_length":
        examples.sort(key=lambda example: -len(example[0]))
    groups = [examples[i : i + a.batch] for i in range(0, len(examples), a.batch)]
    if a.sampling == "group_by_length":
        random.shuffle(groups)
    return groups[: a.steps]


def main():
    a = arguments()
    torch.set_num_threads(a.threads), torch.manual_seed(0)
    settings = json.loads(a.config)
    config = AutoConfig.for_model(settings.pop("model_type"), **settings)
    model = AutoModelForSequenceClassification.from_config(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-5, weight_decay=0.01, fused=True)
    times, real, padded = [], 0, 0
    for group in batches(a):
        width = max(len(ids) for ids, _ in group)
        real, padded = real + sum(len(ids) for ids, _ in group), padded + len(group) * width
        ids = torch.tensor([ids + [config.pad_token_id] * (width - len(ids)) for ids, _ in group])
        mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in group])
        labels = torch.tensor([label for _, label in group])
        start = time.perf_counter()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=a.precision == "bf16"):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step(), optimizer.zero_grad()
        loss.item()
        times.append(time.perf_counter() - start)
    kept = sorted(times[2:])
    figures = dict(peer="pytorch " + torch.__version__, mode="train", sampling=a.sampling, precision=a.precision, batch=a.batch, layers=a.layers, hidden=a.hidden,
                   median_s=kept[len(kept) // 2], mean_s=sum(kept) / len(kept), real_tokens=real / a.steps, padded_tokens=padded / a.steps,
                   peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
    print(json.dumps(figures))


main()
