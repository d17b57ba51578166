import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Dataset } from "../../lib/src/datasets/dataset";
import { display, openDisplay } from "../../notebook/src/display";
import { plotAccuracy } from "../../notebook/src/plots/accuracy";
import { insideNotebook } from "../../notebook/src/display-channel";
import { FakeKernel } from "./fake-kernel";

function inKernel(act: () => void): FakeKernel["messages"] {
  const kernel = new FakeKernel();
  try {
    act();
  } finally {
    kernel.remove();
  }
  return kernel.messages;
}

function onTerminal(act: () => void): string {
  const write = process.stdout.write.bind(process.stdout);
  let text = "";
  process.stdout.write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  try {
    act();
  } finally {
    process.stdout.write = write;
  }
  return text;
}

const text = (words: string) => ({ toMimeBundle: () => ({ "text/plain": words }) });

describe("insideNotebook", () => {
  it("is told by a running tslab, and only then", () => {
    assert.equal(insideNotebook(), false);
    inKernel(() => assert.equal(insideNotebook(), true));
    assert.equal(insideNotebook(), false);
  });
});

describe("display", () => {
  it("sends all forms in one message", () => {
    const plot = plotAccuracy([{ epoch: 1, step: 2, eval_accuracy: 0.5 }]);
    const messages = inKernel(() => {
      display(plot);
      display([{ a: 1 }]);
      display("words");
    });
    assert.deepEqual(
      messages.map(({ data }) => Object.keys(data).sort()),
      [
        ["application/vnd.plotly.v1+json", "image/svg+xml", "text/plain"],
        ["text/html", "text/plain"],
        ["text/plain"],
      ],
    );
    assert.ok(messages.every(({ update, id }) => !update && id === undefined));
    assert.doesNotThrow(() => JSON.stringify(messages));
  });

  it("prints the text in a terminal", () => {
    assert.equal(
      onTerminal(() => display([{ a: 1 }])),
      "a\n─\n1\n",
    );
  });
});

describe("openDisplay", () => {
  it("updates in place in the cell", () => {
    const messages = inKernel(() => {
      const view = openDisplay();
      view.update(text("one"));
      view.update(text("two"));
      view.close();
    });
    assert.deepEqual(
      messages.map(({ data, update }) => [data["text/plain"], update]),
      [
        ["one", false],
        ["two", true],
      ],
    );
    assert.ok(messages[0]?.id);
    assert.equal(messages[0]?.id, messages[1]?.id);
  });

  it("prints the last content once in a terminal", () => {
    const printed = onTerminal(() => {
      const view = openDisplay();
      view.update(text("one"));
      view.update(text("two"));
      view.close();
      view.close();
    });
    assert.equal(printed, "two\n");
  });
});

describe("display of what a cell could end with", () => {
  it("shows a Dataset, rows, and anything else in its own form", () => {
    const dataset = Dataset.fromDict({ text: ["x"], label: [1] });
    assert.match(
      onTerminal(() => display(dataset)),
      /^Dataset\(\{/,
    );
    assert.match(
      onTerminal(() => display(dataset.features)),
      /^Features\ncolumn +holds\n/,
    );
    assert.equal(
      onTerminal(() => display([{ a: 1 }])),
      "a\n─\n1\n",
    );
    assert.equal(
      onTerminal(() => display([1, 2])),
      "[ 1, 2 ]\n",
    );
    assert.equal(
      onTerminal(() => display({ a: 1 })),
      "{ a: 1 }\n",
    );
    const [message] = inKernel(() => display(dataset));
    assert.match(JSON.stringify(message), /text\/html/);
  });
});
