"""The peer of `bench run`: Hugging Face's Trainer, a small BERT from scratch on SST-2. Prints one JSON line."""
import argparse
import json
import os
import resource
import tempfile
import time

os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
import numpy
import torch
from datasets import Dataset
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertConfig,
    BertForSequenceClassification,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
    set_seed,
)
from transformers.utils import logging

parser = argparse.ArgumentParser()
parser.add_argument("--data", required=True, help="folder with train.tsv and dev.tsv")
parser.add_argument("--tokenizer", required=True, help="folder of the tokenizer")
parser.add_argument("--checkpoint", default="", help="fine-tune this one, instead of a new model")
parser.add_argument("--layers", type=int, default=2)
parser.add_argument("--hidden", type=int, default=128)
parser.add_argument("--batch", type=int, default=16)
parser.add_argument("--epochs", type=float, default=3)
parser.add_argument("--rows", type=int, default=67349)
parser.add_argument("--lr", type=float, default=5e-4)
parser.add_argument("--warmup", type=int, default=500)
parser.add_argument("--smoothing", type=float, default=0.0)
parser.add_argument("--dropout", type=float, default=0.1)
parser.add_argument("--precision", choices=["bf16", "fp32"], default="bf16")
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

logging.set_verbosity_error()
logging.disable_progress_bar()
set_seed(args.seed)
started = time.perf_counter()
tokenizer = AutoTokenizer.from_pretrained(args.tokenizer)


def read(name, rows=None):
    with open(os.path.join(args.data, name), encoding="utf8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file][1:][:rows]
    encoded = tokenizer([sentence for sentence, _ in lines], truncation=True)
    return Dataset.from_dict({**encoded, "label": [int(label) for _, label in lines]})


train, dev = read("train.tsv", args.rows), read("dev.tsv")
config = BertConfig(
    vocab_size=30522,
    hidden_size=args.hidden,
    num_hidden_layers=args.layers,
    num_attention_heads=max(1, args.hidden // 64),
    intermediate_size=4 * args.hidden,
)
if args.checkpoint:
    rates = dict(hidden_dropout_prob=args.dropout, attention_probs_dropout_prob=args.dropout)
    model = AutoModelForSequenceClassification.from_pretrained(args.checkpoint, num_labels=2, dtype=torch.float32, **rates)
else:
    model = BertForSequenceClassification(config)
with tempfile.TemporaryDirectory() as folder:
    settings = dict(
        output_dir=folder,
        seed=args.seed,
        num_train_epochs=args.epochs,
        learning_rate=args.lr,
        weight_decay=0.01,
        warmup_steps=args.warmup,
        per_device_train_batch_size=args.batch,
        per_device_eval_batch_size=64,
        bf16=args.precision == "bf16",
        label_smoothing_factor=args.smoothing,
        eval_strategy="epoch",
        save_strategy="no",
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    trainer = Trainer(
        model=model,
        args=TrainingArguments(**settings),
        train_dataset=train,
        eval_dataset=dev,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=lambda p: {"accuracy": float((numpy.argmax(p.predictions, -1) == p.label_ids).mean())},
    )
    # The Trainer prints its log entries; what is printed has to be JSON alone.
    for callback in list(trainer.callback_handler.callbacks):
        if type(callback).__name__ == "PrinterCallback":
            trainer.remove_callback(callback)
    metrics = trainer.train().metrics
print(
    json.dumps(
        {
            "peer": f"transformers' Trainer on pytorch {torch.__version__}",
            "precision": args.precision,
            "steps": trainer.state.global_step,
            "loss_per_epoch": [e["eval_loss"] for e in trainer.state.log_history if "eval_loss" in e],
            "accuracy_per_epoch": [e["eval_accuracy"] for e in trainer.state.log_history if "eval_accuracy" in e],
            "seconds": time.perf_counter() - started,
            "train_seconds": metrics["train_runtime"],
            "steps_per_second": metrics["train_steps_per_second"],
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )
)
