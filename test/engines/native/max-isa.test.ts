import assert from "node:assert/strict";
import { test } from "node:test";
import { EngineError } from "../../../lib/src/errors";
import { loadAddon } from "../../../lib/src/engines/native/addon";

test("FINETUNE_MAX_ISA that names no instruction set is an error, not the default", (context) => {
  const before = process.env.FINETUNE_MAX_ISA;
  context.after(() => {
    if (before === undefined) delete process.env.FINETUNE_MAX_ISA;
    else process.env.FINETUNE_MAX_ISA = before;
  });
  process.env.FINETUNE_MAX_ISA = "avx2";
  assert.throws(loadAddon, (error: Error) => {
    return (
      error instanceof EngineError && error.message === "FINETUNE_MAX_ISA is 'avx2'; it may be AVX2 or basic."
    );
  });
});
