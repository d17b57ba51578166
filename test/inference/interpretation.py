"""Attention weights, gradient x input at the embeddings, and states, as PyTorch computes them."""

import json
import sys

import torch
from transformers import BertForSequenceClassification

given = json.load(sys.stdin)
model = BertForSequenceClassification.from_pretrained(sys.argv[1], attn_implementation="eager", dtype=torch.float32)
model.eval()
with torch.no_grad():
    model.classifier.weight.copy_(torch.tensor(given["weights"]).reshape(model.classifier.weight.shape))
    model.classifier.bias.copy_(torch.tensor(given["bias"]))

seen = {}


def keep(_module, _inputs, output):
    output.retain_grad()
    seen["embeddings"] = output


model.bert.embeddings.register_forward_hook(keep)
out = model(torch.tensor([given["ids"]]), output_attentions=True, output_hidden_states=True)
out.logits[0, given["label"]].backward()
embeddings = seen["embeddings"]
last = out.hidden_states[-1][0]
print(
    json.dumps(
        {
            "attentions": [layer[0].tolist() for layer in out.attentions],
            "attributions": (embeddings.grad * embeddings)[0].sum(-1).tolist(),
            "cls": last[0].tolist(),
            "mean": last.mean(0).tolist(),
        }
    )
)
