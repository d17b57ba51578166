/** What the kernels take. */
export type Kind =
  | "floats"
  /** f32, or all of a call's in bf16. */
  | "bits"
  | "ints"
  /** 1 … 2^31 - 1 */
  | "length"
  /** 0 … 2^32 - 1 */
  | "word"
  /** 0 … 2^53 - 1 */
  | "integer"
  | "number"
  | "boolean";

export interface Parameter {
  name: string;
  kind: Kind;
  /** Of arrays their values, or how many. */
  value: number | boolean | number[];
  /** null and undefined stand for "none". */
  optional?: boolean;
  /** A longer array is taken too; so is a shorter one where nothing else says how long it has to be. */
  longer?: boolean;
  shorter?: boolean;
  /** Any other value is right too, as far as the other arguments tell. */
  free?: boolean;
}

const floats = (name: string, size: number, more: Partial<Parameter> = {}): Parameter => ({
  name,
  kind: "floats",
  value: size,
  ...more,
});
const bits = (name: string, size: number): Parameter => ({ name, kind: "bits", value: size });
const ints = (name: string, values: number[], more: Partial<Parameter> = {}): Parameter => ({
  name,
  kind: "ints",
  value: values,
  ...more,
});
const length = (name: string, value: number, more: Partial<Parameter> = {}): Parameter => ({
  name,
  kind: "length",
  value,
  ...more,
});
const number = (name: string, value = 0.5): Parameter => ({ name, kind: "number", value });
const flag = (name: string, value: boolean): Parameter => ({ name, kind: "boolean", value });

const optional = { optional: true };
const longer = { longer: true };

const DROPOUT: Parameter[] = [
  { name: "threshold", kind: "word", value: 2 ** 30 },
  number("kept", 4 / 3),
  { name: "seed", kind: "integer", value: 7 },
  { name: "site", kind: "word", value: 1 },
  { name: "step", kind: "word", value: 2 },
  { name: "first", kind: "integer", value: 3 },
];

const [ROWS, COLUMNS] = [5, 19];
const SIZE = ROWS * COLUMNS;

const TABLES: Parameter[] = [
  floats("word", 4 * COLUMNS),
  floats("position", 6 * COLUMNS),
  floats("tokenType", 2 * COLUMNS),
  ints("ids", [3, 0, 1, 2, 3]),
  ints("positions", [0, 1, 2, 3, 4]),
  ints("tokenTypes", [0, 0, 1, 1, 0]),
];
const EMBEDDED = [length("tokens", ROWS), length("hidden", COLUMNS), number("eps")];
const NORMALISED = [length("rows", ROWS), length("columns", COLUMNS), number("eps"), ...DROPOUT];

const [TOKENS, HIDDEN] = [9, 10];
/** A weight of attention for each: two heads of sequences of 1, 3 and 5 tokens. */
const PAIRS = 2 * (1 + 9 + 25);
const PACKED: Parameter[] = [
  ...[ints("offsets", [0, 1, 4, 9]), length("hidden", HIDDEN), length("heads", 2), number("scale")],
  ...[{ name: "window", kind: "integer" as const, value: 2 }, floats("bias", PAIRS, optional), ...DROPOUT],
];
const packed = (...names: string[]) => names.map((name) => floats(name, TOKENS * HIDDEN));

/** Tables of the distances -4 … 4. */
const distances = (...names: string[]) => names.map((name) => floats(name, 9 * HIDDEN, optional));
const DISTANT = PACKED.slice(0, 4);

const turned = (...names: string[]) => names.map((name) => floats(name, 4 * 12));
const ROTARY = [
  ...[ints("positions", [0, 1, 0, 5]), length("hidden", 12), length("heads", 3)],
  number("theta", 100),
];

const SETTINGS = ["stepSize", "beta1", "beta2", "eps", "decay", "inverseCorrection", "gradientScale"];

/** Operands of a product, which may be longer than their matrices. */
const operandOf = (kind: "floats" | "bits") => (name: string, size: number) => ({
  ...(kind === "floats" ? floats : bits)(name, size),
  ...longer,
});

const product = (kind: "floats" | "bits"): Parameter[] => {
  const operand = operandOf(kind);
  return [
    floats("out", 2 * 3 * 4, longer),
    ...[operand("a", 2 * 3 * 5), operand("b", 2 * 5 * 4)],
    ...[length("batch", 2), length("m", 3), length("n", 4), length("k", 5)],
    ...[flag("transposeA", true), flag("transposeB", false), floats("bias", 4, optional)],
    flag("accumulate", false),
  ];
};

const weightGradient = (kind: "floats" | "bits"): Parameter[] => {
  const operand = operandOf(kind);
  return [
    ...[floats("dweight", 3 * 4), operand("dy", 5 * 3), operand("x", 5 * 4)],
    ...[length("tokens", 5), length("outputs", 3), length("inputs", 4)],
  ];
};

/** What a right call of each function looks like. */
export const FUNCTIONS: [name: string, parameters: Parameter[]][] = [
  ["matmul", product("floats")],
  ["matmul", product("bits")],
  ["weightGradient", weightGradient("floats")],
  ["weightGradient", weightGradient("bits")],
  ["toBfloat16", [bits("out", 21), floats("x", 21)]],
  ["add", [floats("out", 21), floats("a", 21), floats("b", 21)]],
  [
    "columnSum",
    [floats("out", COLUMNS), floats("x", SIZE), length("rows", ROWS), length("columns", COLUMNS)],
  ],
  ["gelu", [floats("out", 21), floats("x", 21)]],
  ["geglu", [floats("out", 21), floats("x", 42), length("rows", 3), length("width", 7)]],
  [
    "gegluGradient",
    [floats("dx", 42), floats("dy", 21), floats("x", 42), length("rows", 3), length("width", 7)],
  ],
  ["geluNew", [floats("out", 21), floats("x", 21)]],
  ["geluNewGradient", [floats("out", 21), floats("dy", 21), floats("x", 21)]],
  ["geluGradient", [floats("out", 21), floats("dy", 21), floats("x", 21)]],
  ["tanh", [floats("out", 21), floats("x", 21)]],
  ["tanhGradient", [floats("out", 21), floats("dy", 21), floats("x", 21)]],
  ["dropout", [floats("out", 77), floats("x", 77), ...DROPOUT]],
  [
    "dropoutAddLayerNorm",
    [
      ...[floats("out", SIZE), floats("x", SIZE), floats("residual", SIZE, optional)],
      ...[floats("gamma", COLUMNS), floats("beta", COLUMNS), ...NORMALISED],
    ],
  ],
  [
    "dropoutAddLayerNormGradient",
    [
      ...[floats("dx", SIZE), floats("dresidual", SIZE, optional)],
      ...[floats("dgamma", COLUMNS), floats("dbeta", COLUMNS), floats("dy", SIZE), floats("x", SIZE)],
      ...[floats("residual", SIZE, optional), floats("gamma", COLUMNS), ...NORMALISED],
    ],
  ],
  [
    "embeddingsLayerNorm",
    [floats("out", SIZE), ...TABLES, floats("gamma", COLUMNS), floats("beta", COLUMNS), ...EMBEDDED],
  ],
  [
    "embeddingsLayerNormGradient",
    [
      ...[floats("dx", SIZE), floats("dgamma", COLUMNS), floats("dbeta", COLUMNS), floats("dy", SIZE)],
      ...[...TABLES, floats("gamma", COLUMNS), ...EMBEDDED],
    ],
  ],
  [
    "scatterAdd",
    [
      ...[floats("table", 4 * COLUMNS), floats("rows", SIZE), ints("ids", [3, 0, 0, 2, 3])],
      ...[length("entries", 4), length("hidden", COLUMNS), number("skippedId", -1)],
    ],
  ],
  ["packedAttention", [...packed("out", "q", "k", "v"), ...PACKED]],
  [
    "packedAttentionGradient",
    [
      ...[...packed("dq", "dk", "dv"), floats("dbias", PAIRS, optional)],
      ...[...packed("dout", "q", "k", "v"), ...PACKED],
    ],
  ],
  [
    "disentangledBias",
    [floats("out", PAIRS), ...packed("q", "k"), ...distances("positionKeys", "positionQueries"), ...DISTANT],
  ],
  [
    "disentangledBiasGradient",
    [
      ...[...packed("dq", "dk"), ...distances("dpositionKeys", "dpositionQueries"), floats("dout", PAIRS)],
      ...[...packed("q", "k"), ...distances("positionKeys", "positionQueries"), ...DISTANT],
    ],
  ],
  ["rotaryProjections", [...turned("q", "k", "v"), floats("qkv", 3 * 4 * 12), ...ROTARY]],
  [
    "rotaryProjectionsGradient",
    [floats("dqkv", 3 * 4 * 12), ...turned("doutQ", "doutK", "doutV"), ...ROTARY],
  ],
  [
    "crossEntropy",
    [
      ...[floats("logits", 6), ints("labels", [0, 2]), length("rows", 2), length("classes", 3)],
      number("smoothing"),
    ],
  ],
  [
    "crossEntropyGradient",
    [
      ...[floats("out", 6), floats("logits", 6), ints("labels", [0, 2])],
      ...[length("rows", 2), length("classes", 3), number("smoothing"), number("dy")],
    ],
  ],
  ["squaredSum", [floats("x", 77, { longer: true, shorter: true })]],
  [
    "squaredSumRows",
    [
      floats("x", 4 * COLUMNS, longer),
      ints("rows", [3, 0, 2], { shorter: true, longer: true }),
      length("width", COLUMNS),
    ],
  ],
  [
    "adamw",
    [
      ...["weight", "gradient", "first", "second"].map((name) => floats(name, 21)),
      ...[{ ...bits("copy", 21), optional: true }, ...SETTINGS.map((name) => number(name))],
    ],
  ],
  [
    "adamwRows",
    [
      ...[floats("weight", SIZE), floats("gradient", SIZE, optional)],
      ...[floats("first", SIZE), floats("second", SIZE), ints("rows", [3, 1], { shorter: true, ...longer })],
      ...[ints("updates", [0, 1, 0, 0, 2]), floats("history", 6, longer), length("upTo", 2)],
      ...[
        length("hidden", COLUMNS),
        number("beta1"),
        number("beta2"),
        number("eps"),
        number("gradientScale"),
      ],
    ],
  ],
].map(([name, parameters]) => [name as string, parameters as Parameter[]]);
