"""The peer of `bench sentence`: onnxruntime on the same model and sentences, in f32. Prints one JSON line."""
import argparse
import json
import os
import resource
import statistics
import time

import numpy
import onnxruntime

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--sentences", required=True)
args = parser.parse_args()

WARM_UP_STEPS = 2

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = len(os.sched_getaffinity(0))
session = onnxruntime.InferenceSession(args.model, options, providers=["CPUExecutionProvider"])
names = [one.name for one in session.get_inputs()]
with open(args.sentences, encoding="utf8") as file:
    sentences = json.load(file)
seconds = []
for ids in sentences:
    row = numpy.array([ids], dtype=numpy.int64)
    values = {"input_ids": row, "attention_mask": numpy.ones_like(row), "token_type_ids": numpy.zeros_like(row)}
    inputs = {name: values[name] for name in names}
    start = time.perf_counter()
    session.run(None, inputs)
    seconds.append(time.perf_counter() - start)
measured = seconds[WARM_UP_STEPS:]
print(
    json.dumps(
        {
            "peer": f"onnxruntime {onnxruntime.__version__}",
            "precision": "fp32",
            "median_s": statistics.median(measured),
            "mean_s": statistics.fmean(measured),
            "real_tokens": statistics.fmean(len(ids) for ids in sentences),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
    )
)
