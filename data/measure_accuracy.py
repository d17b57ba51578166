"""How well a BERT of this size learns the embedded reviews from scratch, by PyTorch and transformers.

    pip install torch transformers && python data/measure_accuracy.py 1 2 3

For each seed: accuracy on dev.tsv after each epoch and on test.tsv at the end, and how positive four new reviews
seem. AdamW 5e-4 with linear warm-up (50 steps) and decay, weight decay 0.01, batches of 16, 3 epochs, clipping at 1.
"""

import random
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

HERE = Path(__file__).parent
CHECKPOINT = HERE / "bert-tiny-reviews"
EPOCHS, BATCH, LEARNING_RATE, WARMUP = 3, 16, 5e-4, 50
NEW = [
    "This movie was absolutely fantastic! I loved every minute of it.",
    "Terrible film. A complete waste of time and money.",
    "The acting was okay, but the plot was rather predictable.",
    "Not bad at all, I was pleasantly surprised.",
]

torch.set_num_threads(1)  # a model this small gains nothing from more
tokenizer = Tokenizer.from_file(str(CHECKPOINT / "tokenizer.json"))
tokenizer.enable_padding()


def rows(name):
    lines = (HERE / "reviews" / name).read_text(encoding="utf8").splitlines()[1:]
    return [line.split("\t") for line in lines]


def inputs(texts):
    encodings = tokenizer.encode_batch(texts)
    return {
        "input_ids": torch.tensor([e.ids for e in encodings]),
        "attention_mask": torch.tensor([e.attention_mask for e in encodings]),
    }


@torch.no_grad()
def probabilities(model, texts):
    model.eval()
    parts = [model(**inputs(texts[i : i + 64])).logits.softmax(-1)[:, 1] for i in range(0, len(texts), 64)]
    return torch.cat(parts)


def accuracy(model, examples):
    positive = probabilities(model, [text for text, _ in examples]) > 0.5
    return (positive == torch.tensor([label == "1" for _, label in examples])).float().mean().item()


def train(seed, examples, after_epoch):
    torch.manual_seed(seed)
    order = random.Random(seed)
    model = BertForSequenceClassification(BertConfig.from_pretrained(CHECKPOINT, num_labels=2))
    plain = {name for name, _ in model.named_parameters() if "bias" in name or "LayerNorm" in name}
    groups = [
        {"params": [p for n, p in model.named_parameters() if (n in plain) == is_plain], "weight_decay": decay}
        for is_plain, decay in ((False, 0.01), (True, 0.0))
    ]
    optimizer = torch.optim.AdamW(groups, lr=LEARNING_RATE)
    steps = EPOCHS * -(-len(examples) // BATCH)
    schedule = get_linear_schedule_with_warmup(optimizer, WARMUP, steps)
    for _ in range(EPOCHS):
        model.train()
        shuffled = order.sample(examples, len(examples))
        for i in range(0, len(shuffled), BATCH):
            texts, labels = zip(*shuffled[i : i + BATCH])
            loss = model(**inputs(list(texts)), labels=torch.tensor([int(label) for label in labels])).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        after_epoch(model)
    return model


def main():
    training, validation = rows("train.tsv"), rows("dev.tsv")
    test = [(text, label) for (_, text), (_, label) in zip(rows("test.tsv"), rows("test-labels.tsv"))]
    for seed in map(int, sys.argv[1:] or ["1"]):
        epochs = []
        model = train(seed, training, lambda m: epochs.append(f"{accuracy(m, validation):.4f}"))
        new = ", ".join(f"{p:.3f}" for p in probabilities(model, NEW).tolist())
        print(f"seed {seed}: dev {' '.join(epochs)}, test {accuracy(model, test):.4f}, positive: {new}", flush=True)


if __name__ == "__main__":
    main()
