#!/usr/bin/env python3
"""Shows that the model directories of every family go both ways between this library and Python, in safetensors and `.bin`.

    python3 test/conformance/family_round_trip.py        (torch, transformers; Node.js and an installed workspace)

Python saves a tiny classifier with a tokenizer of its family's kind; we load it, and save it again; Python loads that. Token ids equal, logits
within 1e-5. Prints one line a check; exit code 1 if one fails.
"""
import argparse, gzip, json, pathlib, subprocess, sys, tempfile, warnings
import torch, transformers
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer
from make_family_reference import FAMILIES

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKENIZERS = ROOT / "test/fixtures/tokenizers/models"
BOUND = 1e-5
SENTENCES = ["A wonderful film, from the first scene to the last!", "dull", "naïve café – 电影 — ☕ unfathomablyboringstuff", "it's so-so… 10/10 ½", " two  spaces ", "ﬁne"]
#: Which of the fixtures a family's tokenizer is; of the others, the embedded WordPiece.
KINDS = {"roberta": "roberta", "xlm-roberta": "xlm-roberta", "camembert": "camembert", "albert": "albert", "deberta-v2": "deberta-v2", "modernbert": "modernbert"}
failures = 0


def report(name, passed, note=""):
    global failures
    failures += not passed
    print(f"{name:58} {'ok  ' if passed else 'FAIL'}  {note}".rstrip())


def tokenizer_files(family):
    if family not in KINDS:
        source = ROOT / "data/bert-tiny-reviews"
        return (source / "tokenizer.json").read_text(), dict(model_max_length=40, do_lower_case=True)
    text = (TOKENIZERS / f"{KINDS[family]}.json").read_text()
    table = gzip.decompress((TOKENIZERS / "nmt_nfkc.charsmap.gz").read_bytes()).decode()
    return text.replace('"precompiled_charsmap": ""', f'"precompiled_charsmap": "{table}"'), dict(model_max_length=40)


def write_model(folder, family, form):
    """As Python writes it; the tokenizer as tokenizer.json alone, which every version of transformers takes as it is."""
    text, config = tokenizer_files(family)
    folder.mkdir()
    (folder / "tokenizer.json").write_text(text)
    (folder / "tokenizer_config.json").write_text(json.dumps(dict(tokenizer_class="PreTrainedTokenizerFast", **config)))
    size = 1 + max(json.loads(text)["added_tokens"], key=lambda token: token["id"])["id"]
    vocabulary = json.loads(text)["model"]["vocab"]
    sizes = argparse.Namespace(hidden=32, layers=2, heads=4)
    settings = FAMILIES[family](sizes) | dict(max_position_embeddings=64)
    model = AutoModelForSequenceClassification.from_config(AutoConfig.for_model(family, vocab_size=max(size, len(vocabulary)), num_labels=3, initializer_range=0.1, **settings)).eval()
    model.config.save_pretrained(folder)
    if form == "safetensors":
        model.save_pretrained(folder)
    else:
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return model


def theirs(folder, model=None):
    tokenizer = AutoTokenizer.from_pretrained(folder, pad_token=json.loads((folder / "tokenizer_config.json").read_text()).get("pad_token") or padding(folder))
    lost = {}
    if model is None:
        model, loading = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
        lost = {kind: sorted(names) for kind, names in loading.items() if names and "keys" in kind}
    rows = [tokenizer(text, truncation=True, max_length=40) for text in SENTENCES]
    logits = []
    with torch.no_grad():
        for row in rows:
            ids = torch.tensor([row["input_ids"]])
            logits.append(model.eval()(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0])
    return [row["input_ids"] for row in rows], torch.stack(logits), lost


def padding(folder):
    tokens = [token["content"] for token in json.loads((folder / "tokenizer.json").read_text())["added_tokens"]]
    return next(token for token in ("[PAD]", "<pad>") if token in tokens)


def ours(folders):
    command = ["node", "--import", "tsx", "test/conformance/round-trip.ts", "save", *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(SENTENCES), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def compare(name, answer, ids, logits):
    rows = [row[: len(expected)] for row, expected in zip(answer["input_ids"], ids)]
    report(f"{name}: token ids", rows == ids, f"{sum(map(len, ids))} ids")
    difference = (torch.tensor(answer["logits"]) - logits).abs().max().item()
    report(f"{name}: logits", difference <= BOUND, f"largest deviation {difference:.1e}, bound {BOUND:.0e}")


def main():
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    print(f"torch {torch.__version__}, transformers {transformers.__version__}\n")
    with tempfile.TemporaryDirectory(prefix="finetune-families-") as scratch:
        torch.manual_seed(0)
        folders = {pathlib.Path(scratch) / f"{family}-{form}": (family, form) for family in FAMILIES for form in ("safetensors", "bin")}
        models = {folder: write_model(folder, *kind) for folder, kind in folders.items()}
        answers = ours(folders)
        for folder, (family, form) in folders.items():
            ids, logits, _ = theirs(folder, models[folder])
            compare(f"{family}, saved by Python as {form}", answers[str(folder)], ids, logits)
            saved = pathlib.Path(f"{folder}-saved")
            again, same, lost = theirs(saved)
            report(f"{family}, saved here: token ids", again == ids)
            weights = AutoModelForSequenceClassification.from_pretrained(saved).state_dict()
            equal = all(torch.equal(weights[name], weight) for name, weight in models[folder].state_dict().items())
            report(f"{family}, saved here: weights", equal and not lost, str(lost or ""))
            difference = (same - logits).abs().max().item()
            report(f"{family}, saved here: logits", difference <= BOUND, f"largest deviation {difference:.1e}, bound {BOUND:.0e}")
    print(f"\n{'all passed' if failures == 0 else f'{failures} FAILED'}")
    sys.exit(failures > 0)


main()
