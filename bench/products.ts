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
  /** Shared libraries with `cblas_sgemm`, with commas between them: MKL, BLIS, OpenBLAS. */
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
 * `bench products`: GFLOP/s of the products of an encoder layer in f32, shape by shape, by the native engine and by other
 * libraries; medians. FINETUNE_MAX_ISA and the libraries' own variables say which instructions they may use.
 */
export async function productsBenchmark(args: string[]): Promise<object> {
  const { hidden, tokens, rounds, blas } = readOptions(args, DEFAULTS);
  await startEngine("native", "fp32");
  const shapes = tokens.split(",").flatMap((count) => shapesOf(Number(count), hidden));
  const figures: Record<string, Record<string, number>> = { native: {} };
  for (const shape of shapes) figures.native![shape.name] = gigaflops(shape, rounds);
  for (const library of blas.split(",").filter(Boolean))
    figures[library] = ofLibrary(library, shapes, rounds);
  return { hidden, gflops: figures };
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

function gigaflops({ m, n, k, transposeA, transposeB }: Shape, rounds: number): number {
  const { library, segments } = fusedBackend()!;
  const floats = (size: number) => {
    const { buffer, byteOffset } = segments.allocate(4 * size);
    return new Float32Array(buffer, byteOffset, size).fill(0.5);
  };
  const layers = Array.from({ length: LAYERS }, () => [floats(m * n), floats(m * k), floats(k * n)] as const);
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

function ofLibrary(library: string, shapes: Shape[], rounds: number): Record<string, number> {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-products-"));
  try {
    const program = path.join(folder, "products");
    const source = path.join(__dirname, "peers", "cblas_products.cc");
    execFileSync(process.env.CXX ?? "c++", ["-O2", "-o", program, source, "-ldl"]);
    const described = shapes.map(({ name, m, n, k, transposeA, transposeB }) =>
      [name, m, n, k, Number(transposeA), Number(transposeB)].join(":"),
    );
    const text = execFileSync(program, [library, String(rounds), ...described], { encoding: "utf8" });
    return JSON.parse(text) as Record<string, number>;
  } catch (error) {
    throw new UsageError(`bench products: ${library} could not be measured: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
