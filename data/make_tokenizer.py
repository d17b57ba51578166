"""Writes data/bert-tiny-reviews: a WordPiece vocabulary trained on the embedded reviews, and a small BERT's config.

    pip install tokenizers && python data/make_tokenizer.py

The files have the layout of bert-base-uncased's. There are no weights: the model is trained from scratch.
"""

import csv
import json
import string
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
OUT = HERE / "bert-tiny-reviews"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = 3000  # at most
MAX_LENGTH = 512

# Any word in Latin script tokenizes, if need be letter by letter: the normalizer lower-cases and strips accents.
LETTERS = string.ascii_lowercase + string.digits + "ßæøðþđħıłœ"
SIGNS = string.punctuation + "£€¥¢§°·«»–—‘’“”„…•†×÷©®™¿¡"


def sentences():
    with open(HERE / "reviews" / "train.tsv", encoding="utf8", newline="") as file:
        return [row["sentence"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def build(vocabulary):
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(prefix="##", cleanup=True)
    return tokenizer


def learn(texts):
    """The vocabulary, in the order of the numbers."""
    alphabet = [*sorted(SIGNS), *sorted(LETTERS), *(f"##{letter}" for letter in sorted(LETTERS))]
    # The whole alphabet is handed over as "special", so that it has fixed numbers. Else the trainer numbers the
    # "##" letters in the order of a hash table, breaks ties by these numbers, and no two runs are the same.
    trainer = trainers.WordPieceTrainer(
        vocab_size=VOCABULARY, special_tokens=[*SPECIAL, *alphabet], min_frequency=2, show_progress=False
    )
    tokenizer = build({})
    tokenizer.train_from_iterator(texts, trainer)
    return [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]


def write_json(name, value):
    (OUT / name).write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf8")


def main():
    OUT.mkdir(exist_ok=True)
    tokens = learn(sentences())
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = build(vocabulary)
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0",
        pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    tokenizer.save(str(OUT / "tokenizer.json"))
    (OUT / "vocab.txt").write_text("".join(f"{token}\n" for token in tokens), encoding="utf8")
    write_json(
        "tokenizer_config.json",
        {
            "do_lower_case": True,
            "model_max_length": MAX_LENGTH,
            "tokenizer_class": "BertTokenizer",
            "unk_token": "[UNK]",
            "sep_token": "[SEP]",
            "pad_token": "[PAD]",
            "cls_token": "[CLS]",
            "mask_token": "[MASK]",
        },
    )
    write_json(
        "config.json",
        {
            "architectures": ["BertForSequenceClassification"],
            "attention_probs_dropout_prob": 0.1,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": 128,
            "initializer_range": 0.02,
            "intermediate_size": 512,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": MAX_LENGTH,
            "model_type": "bert",
            "num_attention_heads": 2,
            "num_hidden_layers": 2,
            "pad_token_id": vocabulary["[PAD]"],
            "position_embedding_type": "absolute",
            "type_vocab_size": 2,
            "vocab_size": len(tokens),
        },
    )


if __name__ == "__main__":
    main()
