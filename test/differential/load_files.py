"""What Python's `datasets` makes of files: reads a list of {builder, file, options} from stdin, prints a list of answers."""

import base64
import datetime
import json
import math
import sys

import datasets
import pyarrow.parquet as pq
from datasets import load_dataset

datasets.disable_progress_bars()
datasets.logging.set_verbosity_error()


def plain(cell):
    """A cell as JSON, with marks where JSON is not exact."""
    if isinstance(cell, bool) or cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return cell if abs(cell) < 2**53 else {"$int": str(cell)}
    if isinstance(cell, float):
        if math.isnan(cell) or math.isinf(cell):
            return {"$float": "NaN" if math.isnan(cell) else "Infinity" if cell > 0 else "-Infinity"}
        return {"$float": "-0"} if cell == 0 and math.copysign(1, cell) < 0 else cell
    if isinstance(cell, datetime.datetime):
        return {"$time": cell.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"}
    if isinstance(cell, datetime.date):
        return {"$time": cell.isoformat() + "T00:00:00.000Z"}
    if isinstance(cell, bytes):
        return {"$bytes": base64.b64encode(cell).decode()}
    if isinstance(cell, list):
        return [plain(each) for each in cell]
    if isinstance(cell, dict):
        return {name: plain(each) for name, each in cell.items()}
    return {"$other": str(cell)}


def answer_of(dataset):
    features = {name: repr(feature) for name, feature in dataset.features.items()}
    return {"features": features, "rows": [plain(row) for row in dataset]}


def answer(builder, file, options, folder):
    try:
        dataset = load_dataset(builder, data_files=file, split="train", cache_dir=folder, **options)
        return answer_of(dataset)
    except Exception as error:
        # It cannot load some parquet files that pyarrow reads (no rows; short pages of nested columns).
        if builder == "parquet":
            try:
                return answer_of(datasets.Dataset(pq.read_table(file)))
            except Exception as again:
                error = again
        cause = error
        while cause.__cause__ is not None:
            cause = cause.__cause__
        return {"error": f"{type(cause).__name__}: {cause}"[:300]}


folder = sys.argv[1]
answers = [answer(each["builder"], each["file"], each.get("options", {}), folder) for each in json.load(sys.stdin)]
print(json.dumps(answers))
