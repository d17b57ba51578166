import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";

import { input, inputAvailable } from "../../notebook/src/input";
import { EndOfInput, type KernelBridge } from "../../notebook/src/kernel-bridge";

const BRIDGE = Symbol.for("finetune-ts.kernel");
const shared = globalThis as { [BRIDGE]?: KernelBridge };

function offer(allowStdin: boolean, answer: (prompt: string) => Promise<string>): void {
  shared[BRIDGE] = { allowStdin, input: answer, display: () => undefined, clearOutput: () => undefined };
}

describe("input", () => {
  afterEach(() => delete shared[BRIDGE]);

  it("asks through the kernel", async () => {
    offer(true, (prompt) => Promise.resolve(`${prompt} yes`));
    assert.equal(inputAvailable(), true);
    assert.equal(await input("Really?"), "Really? yes");
  });

  it("is undefined where nobody can be asked, without asking", async () => {
    offer(false, () => assert.fail("asked"));
    assert.equal(inputAvailable(), false);
    assert.equal(await input("Really?"), undefined);
  });

  it("is undefined at the end of the input", async () => {
    offer(true, () => Promise.reject(new EndOfInput()));
    assert.equal(await input(), undefined);
  });

  it("lets an interrupt through", async () => {
    offer(true, () => Promise.reject(new Error("KeyboardInterrupt")));
    await assert.rejects(input(), /KeyboardInterrupt/);
  });
});
