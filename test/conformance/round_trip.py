#!/usr/bin/env python3
"""Shows that model directories go both ways between this library and Python.

    python3 test/conformance/round_trip.py        (torch, transformers; Node.js and an installed workspace)

What we save after a short training loads in AutoModelForSequenceClassification and AutoTokenizer, and what Python
saves loads here: same token ids, logits within 1e-5. Prints one line a check; exit code 1 if one fails.
"""
import json, os, pathlib, platform, subprocess, sys, tempfile, warnings
import torch, transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertForSequenceClassification, BertTokenizerFast, TrainerState

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOUND = 1e-5
SENTENCES = ["A wonderful film, from the first scene to the last!", "dull", "Not bad at all; the cast carries it.",
             "naïve café – 电影 — ☕ unfathomablyboringstuff", "it's so-so… 10/10 would nap again " * 6, ""]
failures = 0


def report(name, passed, note=""):
    global failures
    failures += not passed
    print(f"{name:66} {'ok  ' if passed else 'FAIL'}  {note}".rstrip())


def ours(task, *folders):
    command = ["node", "--import", "tsx", "test/conformance/round-trip.ts", task, *map(str, folders)]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps(SENTENCES), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def theirs(folder):
    """Token ids and logits of the model and tokenizer that Python loads from a folder."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model, loading = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True)
    model.eval()
    inputs = tokenizer(SENTENCES, padding=True, truncation=True, return_tensors="pt")
    with torch.no_grad():
        logits = model(**inputs).logits
    return inputs["input_ids"], logits, model, loading


def compare(name, answer, ids, logits):
    same = answer["input_ids"] == ids.tolist()
    report(f"{name}: token ids", same, f"{ids.numel()} ids")
    difference = (torch.tensor(answer["logits"]) - logits).abs().max().item() if same else float("nan")
    report(f"{name}: logits", difference <= BOUND, f"largest deviation {difference:.1e}, bound {BOUND:.0e}")


def from_here(scratch):
    folder = scratch / "ours"
    answer = ours("train", folder)[str(folder)]
    ids, logits, model, loading = theirs(folder)
    compare("saved here, loaded in Python", answer, ids, logits)
    lost = {kind: sorted(names) for kind, names in loading.items() if names and "keys" in kind}
    report("saved here, loaded in Python: every weight has its place", not lost, json.dumps(lost) if lost else "")
    labels = {str(number): label for number, label in model.config.id2label.items()}
    report("saved here, loaded in Python: label names", labels == answer["id2label"] == {"0": "negative", "1": "positive"}, str(labels))
    report("saved here, loaded in Python: the vocabulary is used", len(ids.unique()) > 50, f"{len(ids.unique())} different ids")
    state = TrainerState.load_from_json(str(folder / "checkpoint-10" / "trainer_state.json"))
    report("saved here, loaded in Python: trainer_state.json", state.global_step == 10 and bool(state.log_history), f"step {state.global_step} of {state.max_steps}")
    difference = (theirs(folder / "checkpoint-10")[1] - logits).abs().max().item()
    report("saved here, loaded in Python: the checkpoint", difference == 0, f"largest deviation {difference:.1e}")
    types = {parameter.dtype for parameter in model.parameters()}
    report("saved here, loaded in Python: float32", types == {torch.float32}, str(types))


def python_models(scratch):
    """Folders as Python writes them, and as it wrote them in the past: name -> folder."""
    torch.manual_seed(0)
    vocabulary = ROOT / "data/bert-tiny-reviews/vocab.txt"
    size = len(vocabulary.read_text(encoding="utf8").splitlines())
    config = BertConfig(vocab_size=size, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=64, max_position_embeddings=64,
                        initializer_range=0.2, num_labels=3, id2label={0: "bad", 1: "so-so", 2: "good"}, label2id={"bad": 0, "so-so": 1, "good": 2})
    model = BertForSequenceClassification(config)
    tokenizer = BertTokenizerFast(vocab=str(vocabulary), model_max_length=64) if int(transformers.__version__.split(".")[0]) >= 5 \
        else BertTokenizerFast(vocab_file=str(vocabulary), model_max_length=64)
    folders = {}

    def folder(name):
        folders[name] = scratch / f"python-{len(folders)}"
        tokenizer.save_pretrained(folders[name])
        return folders[name]

    model.save_pretrained(folder("safetensors"))
    model.save_pretrained(folder("sharded safetensors"), max_shard_size="40KB")
    report("Python made several shards", len(list(folders["sharded safetensors"].glob("model-*.safetensors"))) > 1)
    state = model.state_dict()
    old = {name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): tensor for name, tensor in state.items()}
    for name, weights, options in (("pytorch_model.bin", state, {}), ("pytorch_model.bin with gamma and beta", old, {}),
                                   ("pytorch_model.bin of PyTorch before 1.6", state, dict(_use_new_zipfile_serialization=False))):
        target = folder(name)
        config.save_pretrained(target)
        torch.save(weights, target / "pytorch_model.bin", **options)
    plain = folder("vocab.txt without tokenizer.json")
    model.save_pretrained(plain)
    (plain / "tokenizer.json").unlink()
    (plain / "vocab.txt").write_bytes(vocabulary.read_bytes())
    half = folder("bfloat16 weights")
    BertForSequenceClassification.from_pretrained(folders["safetensors"]).to(torch.bfloat16).save_pretrained(half)
    return model.eval(), folders


def from_python(scratch):
    model, folders = python_models(scratch)
    answers = ours("load", *folders.values())
    for name, folder in folders.items():
        if "bin" in name:  # Python's own loader of old files is not what is shown here; the weights are those in memory.
            inputs = AutoTokenizer.from_pretrained(folder)(SENTENCES, padding=True, truncation=True, return_tensors="pt")
            ids, logits = inputs["input_ids"], model(**inputs).logits.detach()
        elif "bfloat16" in name:
            inputs = AutoTokenizer.from_pretrained(folder)(SENTENCES, padding=True, truncation=True, return_tensors="pt")
            rounded = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32).eval()
            ids, logits = inputs["input_ids"], rounded(**inputs).logits.detach()
        else:
            ids, logits, _, _ = theirs(folder)
        answer = answers[str(folder)]
        compare(f"saved by Python, {name}", answer, ids, logits)
        if answer["warnings"]:
            report(f"saved by Python, {name}: no warnings", False, str(answer["warnings"]))
        if name == "safetensors":
            report(f"saved by Python, {name}: label names", answer["id2label"] == {"0": "bad", "1": "so-so", "2": "good"}, str(answer["id2label"]))


def main():
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    node = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True).stdout.strip()
    print(f"Python {platform.python_version()}, torch {torch.__version__}, transformers {transformers.__version__}, Node.js {node}, "
          f"engine {os.environ.get('FINETUNE_ENGINE') or 'by default'}\n")
    with tempfile.TemporaryDirectory(prefix="finetune-round-trip-") as scratch:
        from_here(pathlib.Path(scratch))
        from_python(pathlib.Path(scratch))
    print(f"\n{'all passed' if failures == 0 else f'{failures} FAILED'}")
    sys.exit(failures > 0)


main()
