#!/usr/bin/env python3
"""Makes a folder for `npm run conformance` of each family: what PyTorch and transformers compute, in f32 and without dropout.

    python3 make_family_reference.py --out DIR [--family NAME …] [--task NAME …] [--hidden N --layers N --heads N --vocab N --steps N]

Rows are random ids, written out in the trace; of families with token types some rows are pairs. Without sizes the folders are
those of test/fixtures/conformance/families: small enough to be checked in.
"""
import argparse, json, pathlib, platform, random
import numpy as np, torch, transformers
from safetensors.torch import save_file
from torch.nn import LayerNorm
from transformers import AutoConfig, AutoModelForMaskedLM, AutoModelForMultipleChoice, AutoModelForQuestionAnswering, AutoModelForSequenceClassification, AutoModelForTokenClassification, get_scheduler
from transformers.trainer_pt_utils import get_parameter_names

NO_DECAY = [r"bias", r"layernorm", r"rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]  # Trainer.get_decay_parameter_names
IGNORED = -100


def bert_like(a, **more):
    return dict(hidden_size=a.hidden, num_hidden_layers=a.layers, num_attention_heads=a.heads, intermediate_size=2 * a.hidden, hidden_dropout_prob=0.0,
                attention_probs_dropout_prob=0.0, max_position_embeddings=40, **more)


def roberta_like(a):
    return bert_like(a, pad_token_id=1, bos_token_id=0, eos_token_id=2, type_vocab_size=1, layer_norm_eps=1e-5)


FAMILIES = {
    "bert": lambda a: bert_like(a),
    "distilbert": lambda a: dict(dim=a.hidden, n_layers=a.layers, n_heads=a.heads, hidden_dim=2 * a.hidden, dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0, qa_dropout=0.0,
                                 max_position_embeddings=40),
    "roberta": roberta_like,
    "xlm-roberta": roberta_like,
    "camembert": roberta_like,
    "electra": lambda a: bert_like(a, embedding_size=a.hidden // 2, summary_last_dropout=0.0),
    "mpnet": lambda a: bert_like(a, pad_token_id=1, bos_token_id=0, eos_token_id=2),
    "albert": lambda a: bert_like(a, embedding_size=a.hidden // 2, num_hidden_groups=2, inner_group_num=1, classifier_dropout_prob=0.0) | dict(num_hidden_layers=2 * a.layers),
    "deberta-v2": lambda a: bert_like(a, type_vocab_size=0, layer_norm_eps=1e-7, relative_attention=True, position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True,
                                      pos_att_type="p2c|c2p", position_biased_input=False),
    "modernbert": lambda a: dict(hidden_size=a.hidden, num_hidden_layers=2 * a.layers, num_attention_heads=a.heads, intermediate_size=2 * a.hidden, max_position_embeddings=40,
                                 local_attention=6, pad_token_id=0, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3),
}
TASKS = {"classification": AutoModelForSequenceClassification, "masked-lm": AutoModelForMaskedLM, "token-classification": AutoModelForTokenClassification,
         "question-answering": AutoModelForQuestionAnswering, "multiple-choice": AutoModelForMultipleChoice}
ANSWER = ("start_positions", "end_positions")


class Rows:
    """Random rows: [first, ids …, last], or two texts with a separator between them."""

    def __init__(self, config, task, labels):
        self.task, self.labels, self.vocabulary, self.padding = task, labels, config.vocab_size, config.pad_token_id
        self.has_types = getattr(config, "type_vocab_size", 0) == 2

    def row(self):
        if self.task == "multiple-choice":
            choices = [self.text() for _ in range(3)]
            return {name: [choice[name] for choice in choices] for name in choices[0]} | dict(labels=random.randrange(len(choices)))
        row = self.text()
        return row | self.targets(row["input_ids"])

    def text(self):
        words = lambda most: [random.randrange(5, self.vocabulary) for _ in range(random.randint(1, most))]
        ids, types = [2, *words(14), 3], None
        if self.has_types:
            second = [*words(6), 3] if random.random() < 0.3 else []
            types = [0] * len(ids) + [1] * len(second)
            ids = ids + second
        return dict(input_ids=ids, **(dict(token_type_ids=types) if types else {}))

    def targets(self, ids):
        if self.task == "classification":
            return dict(labels=random.randrange(self.labels))
        if self.task == "question-answering":
            start, end = sorted(random.randrange(len(ids)) for _ in ANSWER)
            return dict(start_positions=start, end_positions=end)
        if self.task == "token-classification":
            return dict(labels=[random.randrange(self.labels) if 0 < place < len(ids) - 1 and random.random() < 0.8 or place == 1 else IGNORED for place in range(len(ids))])
        asked = [place == 1 or (0 < place < len(ids) - 1 and random.random() < 0.25) for place in range(len(ids))]
        return dict(labels=[id if asks else IGNORED for id, asks in zip(ids, asked)], input_ids=[4 if asks else id for id, asks in zip(ids, asked)])

    def batch(self, rows):
        if self.task == "multiple-choice":
            texts = [{name: row[name][i] for name in row if name != "labels"} for row in rows for i in range(len(row["input_ids"]))]
            flat = self.columns(texts)
            return {name: values.view(len(rows), -1, values.shape[1]) for name, values in flat.items()} | dict(labels=torch.tensor([row["labels"] for row in rows]))
        return self.columns(rows)

    def columns(self, rows):
        length = max(len(row["input_ids"]) for row in rows)
        pad = lambda values, value: values + [value] * (length - len(values))
        columns = dict(input_ids=[pad(row["input_ids"], self.padding) for row in rows], attention_mask=[pad([1] * len(row["input_ids"]), 0) for row in rows])
        if self.has_types:
            columns["token_type_ids"] = [pad(row["token_type_ids"], 0) for row in rows]
        if self.task == "question-answering":
            columns |= {name: [row[name] for row in rows] for name in ANSWER}
        elif self.task != "multiple-choice":
            columns["labels"] = [row["labels"] if self.task == "classification" else pad(row["labels"], IGNORED) for row in rows]
        return {name: torch.tensor(values) for name, values in columns.items()}


def named(model):
    return {name: parameter for name, parameter in model.named_parameters()}


def run(model, task, batch):
    """Logits, loss and states; what finds answers does not look for them in padding, whatever transformers does."""
    output = model(**batch, output_hidden_states=True)
    if task != "question-answering":
        return output.logits, output.loss, output.hidden_states
    logits = [each.masked_fill(batch["attention_mask"] == 0, -1e9) for each in (output.start_logits, output.end_logits)]
    loss = sum(torch.nn.functional.cross_entropy(each, batch[name]) for each, name in zip(logits, ANSWER)) / 2
    return torch.stack(logits, -1), loss, output.hidden_states


def write(folder, name, value):
    (folder / name).write_text(json.dumps(value) + "\n")


def make(family, task, a):
    random.seed(a.seed), torch.manual_seed(a.seed)
    folder = a.out / f"{family}-{task}"
    config = AutoConfig.for_model(family, vocab_size=a.vocab, num_labels=2 if task == "question-answering" else a.labels, initializer_range=a.range, attn_implementation="eager", **FAMILIES[family](a))
    model = TASKS[task].from_config(config)
    with torch.no_grad():  # make biases and norms non-trivial, so that a missing one shows
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.05 * torch.randn_like(parameter))
    model.train()
    model.save_pretrained(folder / "model")
    rows = Rows(config, task, a.labels)
    drawn = [rows.row() for _ in range(max(8, a.steps * a.batch))]

    first = rows.batch(drawn[: 3 if task == "masked-lm" else 8])
    logits, loss, states = run(model, task, first)
    loss.backward()
    gradients = {name: p.grad.clone().contiguous() for name, p in named(model).items() if p.grad is not None}
    save_file(gradients, folder / "gradients.safetensors")
    body = model.base_model(**{name: value.view(-1, value.shape[-1]) for name, value in first.items() if name not in ("labels", *ANSWER)})
    pooled = getattr(body, "pooler_output", None)
    write(folder, "forward.json", dict(**{name: value.tolist() for name, value in first.items()}, logits=logits.tolist(), loss=loss.item(),
                                       **({} if pooled is None else dict(pooler_output=pooled.tolist())),
                                       hidden_state_cls=[h[:, 0].tolist() for h in states]))
    model.zero_grad()
    decayed = set(get_parameter_names(model, [LayerNorm], NO_DECAY))
    groups = [dict(params=[p for n, p in named(model).items() if (n in decayed) == decay], weight_decay=0.01 * decay) for decay in (True, False)]
    optimizer = torch.optim.AdamW(groups, lr=a.lr, betas=(0.9, 0.999), eps=1e-8)
    schedule = get_scheduler("linear", optimizer, num_warmup_steps=4, num_training_steps=a.steps)
    trace = []
    for step in range(1, a.steps + 1):
        lr = optimizer.param_groups[0]["lr"]
        _, loss, _ = run(model, task, rows.batch(drawn[(step - 1) * a.batch : step * a.batch]))
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
        optimizer.step(), schedule.step(), optimizer.zero_grad()
        trace.append(dict(step=step, loss=loss.item(), grad_norm=norm, learning_rate=lr))
    save_file({name: p.detach().clone().contiguous() for name, p in named(model).items()}, folder / "trained.safetensors")
    arguments = dict(steps=a.steps, batch=a.batch, labels=a.labels, lr=a.lr, schedule="linear", warmup=4, smoothing=0.0, accumulate=1)
    write(folder, "trace.json", dict(arguments=arguments, max_grad_norm=1.0, weight_decay=0.01, betas=[0.9, 0.999], eps=1e-8, padding=config.pad_token_id, rows=drawn, trace=trace))
    write(folder, "versions.json", dict(torch=torch.__version__, transformers=transformers.__version__, numpy=np.__version__, python=platform.python_version()))
    print(f"{folder.name}: first and last loss {trace[0]['loss']:.4f} {trace[-1]['loss']:.4f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--family", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--task", nargs="+", choices=TASKS, default=list(TASKS))
    for name, default in dict(hidden=16, layers=1, heads=2, vocab=40, labels=3, steps=20, batch=4, seed=0).items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--range", type=float, help="standard deviation of new weights; the narrower the model, the larger by default")
    a = parser.parse_args()
    a.range = a.range or 0.8 / a.hidden**0.5
    torch.set_num_threads(2)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    for family in a.family:
        for task in a.task:
            make(family, task, a)


if __name__ == "__main__":
    main()
