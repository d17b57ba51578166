import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fusedBackend, startEngine } from "./engine";
import { readOptions, UsageError } from "./options";

const DEFAULTS = {
  hidden: 768,
  tokens: "16,64,224,512,1024",
  rounds: 60,
  precision: "fp32",
  /** Or wasm. */
  engine: "native",
  /** A Python with torch, whose products are oneDNN 3's in bf16 and MKL's in f32. */
  torch: "",
  /** Of f32. Shared libraries with `cblas_sgemm`, with commas between them: MKL, BLIS, OpenBLAS. */
  blas: "",
};

/** Tensors of so many layers take turns, so that weights come from memory as in a model. */
const LAYERS = 12;

interface Shape {
  name: string;
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
}

/**
 * `bench products`: GFLOP/s of the products of an encoder layer, shape by shape, by an engine of ours and by other
 * libraries; medians. FINETUNE_MAX_ISA and the libraries' own variables say which instructions they may use.
 */
export async function productsBenchmark(args: string[]): Promise<object> {
  const { hidden, tokens, rounds, precision, engine, torch, blas } = readOptions(args, DEFAULTS);
  const own = await startEngine(engine, precision);
  const shapes = tokens.split(",").flatMap((count) => shapesOf(Number(count), hidden));
  if (!fusedBackend())
    throw new UsageError("bench products: only the engines native and wasm can be measured.");
  const ours = shapes.map((shape) => [shape.name, gigaflops(shape, rounds, precision)] as const);
  const figures: Record<string, Record<string, number>> = { [own]: Object.fromEntries(ours) };
  const described = shapes.map(({ name, m, n, k, transposeA, transposeB }) =>
    [name, m, n, k, Number(transposeA), Number(transposeB)].join(":"),
  );
  if (torch) {
    const script = path.join(__dirname, "peers", "torch_products.py");
    figures.torch = ofProgram([torch, script, precision, String(rounds), ...described]);
  }
  for (const library of blas.split(",").filter(Boolean))
    figures[library] = ofLibrary(library, rounds, described);
  return { hidden, precision, gflops: figures };
}

/** Of a layer's maps between hidden and hidden, and hidden and four times as many: forward, and both gradients. */
function shapesOf(tokens: number, hidden: number): Shape[] {
  const maps: [string, number, number][] = [
    ["h-h", hidden, hidden],
    ["h-4h", 4 * hidden, hidden],
    ["4h-h", hidden, 4 * hidden],
  ];
  return maps.flatMap(([map, outputs, inputs]) => [
    {
      name: `${tokens} ${map} forward`,
      m: tokens,
      n: outputs,
      k: inputs,
      transposeA: false,
      transposeB: true,
    },
    {
      name: `${tokens} ${map} input`,
      m: tokens,
      n: inputs,
      k: outputs,
      transposeA: false,
      transposeB: false,
    },
    {
      name: `${tokens} ${map} weight`,
      m: outputs,
      n: inputs,
      k: tokens,
      transposeA: true,
      transposeB: false,
    },
  ]);
}

function gigaflops(shape: Shape, rounds: number, precision: string): number {
  const { m, n, k, transposeA, transposeB } = shape;
  const { library, segments } = fusedBackend()!;
  const floats = (size: number) => {
    const { buffer, byteOffset } = segments.allocate(4 * size);
    return new Float32Array(buffer, byteOffset, size).fill(0.5);
  };
  const operand = (size: number) => {
    const values = floats(size);
    if (precision === "fp32") return values;
    const bits = new Uint16Array(values.buffer, values.byteOffset, size);
    library.toBfloat16(bits, new Float32Array(size).fill(0.5));
    return bits;
  };
  const layers = Array.from(
    { length: LAYERS },
    () => [floats(m * n), operand(m * k), operand(k * n)] as const,
  );
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const [out, a, b] = layers[round % LAYERS]!;
    const start = performance.now();
    if (transposeA) library.weightGradient(out, a, b, k, m, n);
    else library.matmul(out, a, b, 1, m, n, k, false, transposeB, null, false);
    seconds.push((performance.now() - start) / 1000);
  }
  seconds.sort((x, y) => x - y);
  return Math.round((2e-8 * m * n * k) / seconds[rounds >> 1]!) / 10;
}

function ofLibrary(library: string, rounds: number, shapes: string[]): Record<string, number> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-products-"));
  try {
    const program = path.join(folder, "products");
    const source = path.join(__dirname, "peers", "cblas_products.cc");
    execFileSync(process.env.CXX ?? "c++", ["-O2", "-o", program, source, "-ldl"]);
    return ofProgram([program, library, String(rounds), ...shapes]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a program prints that measures the same shapes. */
function ofProgram([program = "", ...args]: string[]): Record<string, number> {
  try {
    return JSON.parse(execFileSync(program, args, { encoding: "utf8" })) as Record<string, number>;
  } catch (error) {
    const message = (error as Error).message.split("\n")[0];
    throw new UsageError(`bench products: ${program} could not be measured: ${message}`);
  }
}
