import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesPrinted } from "./printed";

test("figures after ≈ may differ a little, everything else may not", () => {
  assert.equal(matchesPrinted("loss ≈ 0.69, ≈ 56.0 % right", "loss 0.71, 52.1 % right"), undefined);
  assert.match(matchesPrinted("loss ≈ 0.69, ≈ 56.0 % right", "loss 0.95, 56.0 % right") ?? "", /0\.95/);
  assert.match(matchesPrinted("≈ 56.0 % right", "48.0 % right") ?? "", /48/);
  assert.match(matchesPrinted("13 steps", "14 steps") ?? "", /14/);
  assert.equal(matchesPrinted("epoch ≈ 4", "epoch 5"), undefined);
  assert.match(matchesPrinted("epoch ≈ 4", "epoch 6") ?? "", /6/);
  assert.equal(matchesPrinted("taken for … (a.b)", "taken for positive (a.b)"), undefined);
  assert.match(matchesPrinted("a\nb", "a") ?? "", /2 lines/);
});
