import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { textColumns } from "../../notebook/src/text-columns";

describe("textColumns", () => {
  const { FINETUNE_COLUMNS, COLUMNS } = process.env;
  const set = (values: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
  afterEach(() => set({ FINETUNE_COLUMNS, COLUMNS }));

  it("is what the runner says, then what the shell says, then the terminal's or 80", () => {
    set({ FINETUNE_COLUMNS: "40", COLUMNS: "120" });
    assert.equal(textColumns(), 40);
    set({ FINETUNE_COLUMNS: undefined });
    assert.equal(textColumns(), 120);
    set({ COLUMNS: undefined });
    assert.equal(textColumns(), process.stdout.columns ?? 80);
  });

  it("takes no nonsense, and nothing too narrow to read", () => {
    for (const value of ["wide", "-5", "0", "1.5"]) {
      set({ FINETUNE_COLUMNS: value, COLUMNS: undefined });
      assert.equal(textColumns(), process.stdout.columns ?? 80, value);
    }
    set({ FINETUNE_COLUMNS: "3" });
    assert.equal(textColumns(), 20);
  });
});
