"""GFLOP/s of matrix products in PyTorch: oneDNN's in bf16, MKL's in f32. Medians.

Usage: torch_products.py fp32|bf16 ROUNDS NAME:M:N:K:TRANSPOSE_A:TRANSPOSE_B …

Sums of bf16 products are rounded to bf16, as PyTorch's autocast has them. Prints one line of JSON: GFLOP/s by name.
"""

import json
import statistics
import sys
import time

import torch

# Tensors of so many layers take turns, so that weights come from memory as in a model.
LAYERS = 12


def gigaflops(m, n, k, transpose_a, transpose_b, rounds, dtype):
    def operand(rows, columns, transposed):
        values = torch.full((columns, rows) if transposed else (rows, columns), 0.5, dtype=dtype)
        return values.t() if transposed else values

    layers = [
        (operand(m, k, transpose_a), operand(k, n, transpose_b), torch.empty(m, n, dtype=dtype)) for _ in range(LAYERS)
    ]
    seconds = []
    for at in range(rounds):
        a, b, out = layers[at % LAYERS]
        start = time.perf_counter()
        torch.mm(a, b, out=out)
        seconds.append(time.perf_counter() - start)
    return round(2e-9 * m * n * k / statistics.median(seconds), 1)


def main():
    dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[sys.argv[1]]
    rounds = int(sys.argv[2])
    figures = {}
    for shape in sys.argv[3:]:
        name, *numbers = shape.split(":")
        figures[name] = gigaflops(*map(int, numbers), rounds, dtype)
    print(json.dumps(figures))


main()
