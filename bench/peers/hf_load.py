"""The peer of `bench load`: transformers loads the same folder. Prints one JSON line."""
import argparse
import json
import resource
import time

import torch
from transformers import AutoModelForSequenceClassification
from transformers.models.bert.modeling_bert import BertForSequenceClassification  # noqa: F401  imported before the clock
from transformers.utils import logging

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()
logging.set_verbosity_error()
logging.disable_progress_bar()


def rss_mb():
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 2**20


before = rss_mb()
start = time.perf_counter()
model = AutoModelForSequenceClassification.from_pretrained(args.model, dtype=torch.float32)
# Weights may be mapped from the file and read at their first use: this reads them, as training or inference would.
with torch.no_grad():
    total = sum(float(parameter.sum()) for parameter in model.parameters())
seconds = time.perf_counter() - start
print(
    json.dumps(
        {
            "peer": f"transformers on pytorch {torch.__version__}",
            "parameters": model.num_parameters(),
            "seconds": seconds,
            "rss_before_mb": before,
            "rss_after_mb": rss_mb(),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )
)
