"""Parquet files of every kind, written by pyarrow as the seed says: python write_parquet.py FOLDER COUNT SEED."""

import datetime
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

INTEGERS = {f"{sign}int{bits}": (0 if sign else -(2 ** (bits - 1)), 2 ** (bits if sign else bits - 1) - 1)
            for sign in ("", "u") for bits in (8, 16, 32, 64)}
WORDS = ["", "a", "film", "é", "日本", "👍", "a,b", 'say "no"', "line\nend", "  blank  ", "x" * 300]


def scalar_type(rng):
    return rng.choice([*INTEGERS, "float32", "float64", "bool", "string", "large_string", "binary", "date32", "ms", "us", "null"])


def value(rng, kind):
    if kind in INTEGERS:
        low, high = INTEGERS[kind]
        return rng.choice([low, high, 0, 1, rng.randint(max(low, -100), min(high, 100)), rng.randint(low, high)])
    if kind in ("float32", "float64"):
        return rng.choice([0.0, -0.0, 0.5, -1.25, float("nan"), float("inf"), float("-inf"), float(rng.randint(-5, 5))])
    if kind == "bool":
        return rng.random() < 0.5
    if kind in ("string", "large_string"):
        return rng.choice(WORDS)
    if kind == "binary":
        return rng.choice(WORDS).encode()
    if kind == "date32":
        return datetime.date(rng.randint(1900, 2100), 1, 1)
    if kind in ("ms", "us"):
        return datetime.datetime(rng.randint(1970, 2100), 5, 6, 7, 8, 9, 123000)
    return None


def arrow_type(kind):
    return {"ms": pa.timestamp("ms"), "us": pa.timestamp("us"), "string": pa.string(), "null": pa.null()}.get(kind) or getattr(pa, kind.replace("bool", "bool_"))()


def column(rng, rows):
    """Values and type of a column, which may be nested."""
    nulls = rng.choice([0, 0, 0.3, 1])
    some = lambda make: None if rng.random() < nulls else make()
    kind = scalar_type(rng)
    scalar = arrow_type(kind)
    shape = rng.choice(["scalar"] * 5 + ["list", "list", "struct", "list of structs", "list of lists", "dictionary"])
    one = lambda: value(rng, kind) if rng.random() > nulls / 2 else None
    several = lambda make: [make() for _ in range(rng.choice([0, 1, 2, 5]))]
    if shape == "scalar" or kind == "null":
        return [some(lambda: value(rng, kind)) for _ in range(rows)], scalar
    if shape == "list":
        return [some(lambda: several(one)) for _ in range(rows)], pa.list_(scalar)
    if shape == "list of lists":
        return [some(lambda: several(lambda: several(one))) for _ in range(rows)], pa.list_(pa.list_(scalar))
    if shape == "struct":
        return ([some(lambda: {"a": one(), "b": several(one)}) for _ in range(rows)],
                pa.struct({"a": scalar, "b": pa.list_(scalar)}))
    if shape == "list of structs":
        return ([some(lambda: several(lambda: {"a": one(), "b": rng.choice(WORDS)})) for _ in range(rows)],
                pa.list_(pa.struct({"a": scalar, "b": pa.string()})))
    words = [some(lambda: rng.choice(WORDS)) for _ in range(rows)]
    return words, pa.dictionary(pa.int32(), pa.string())


def main(folder, count, seed):
    rng = random.Random(seed)
    for number in range(count):
        rows = rng.choice([0, 1, 3, 10, 100])
        columns = {f"c{i}": column(rng, rows) for i in range(rng.randint(1, 4))}
        table = pa.table({name: pa.array(values, type) for name, (values, type) in columns.items()})
        pq.write_table(
            table,
            pathlib.Path(folder) / f"{number}.parquet",
            row_group_size=rng.choice([1, 3, 1000]) if rows < 20 else rng.choice([30, 1000]),
            compression=rng.choice(["none", "snappy", "gzip", "zstd", "brotli", "lz4"]),
            use_dictionary=rng.random() < 0.5,
            data_page_version=rng.choice(["1.0", "2.0"]),
            version=rng.choice(["1.0", "2.4", "2.6"]),
            data_page_size=rng.choice([64, 1 << 20]),
            write_statistics=rng.random() < 0.5,
            store_schema=rng.random() < 0.5,
        )


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
print("null")
