import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfigError } from "../../lib/src/errors";
import { parameters } from "../../notebook/src/parameters";

const DEFAULTS = { DATASET: "reviews", MAX_STEPS: -1, RATE: 0.5 };

describe("parameters", () => {
  it("are the defaults, where the environment says nothing or nothing but blanks", () => {
    assert.deepEqual(parameters(DEFAULTS, {}), DEFAULTS);
    assert.deepEqual(parameters(DEFAULTS, { DATASET: "", MAX_STEPS: "  " }), DEFAULTS);
  });

  it("are taken from the environment, numbers as numbers", () => {
    const given = parameters(DEFAULTS, { DATASET: "glue/sst2", MAX_STEPS: "50", RATE: "1e-4", OTHER: "x" });
    assert.deepEqual(given, { DATASET: "glue/sst2", MAX_STEPS: 50, RATE: 1e-4 });
    const steps: number = given.MAX_STEPS;
    assert.equal(steps, 50);
  });

  it("refuse a number that is none, and a fraction where the default is whole", () => {
    for (const [name, value] of [
      ["MAX_STEPS", "abc"],
      ["MAX_STEPS", "1.5"],
      ["MAX_STEPS", "Infinity"],
      ["RATE", "fast"],
    ] as const) {
      assert.throws(
        () => parameters(DEFAULTS, { [name]: value }),
        (error) => {
          assert.ok(error instanceof ConfigError);
          assert.match(
            error.message,
            new RegExp(`^${name} is '${value}' in the environment; it has to be a (whole )?number`),
          );
          return true;
        },
      );
    }
  });
});
