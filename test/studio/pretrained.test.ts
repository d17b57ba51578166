import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { PretrainedModels } from "../../lib/src/studio/session/pretrained";
import { tearDown, type Owner } from "../teardown";
import { CHECKPOINT } from "./supplies";
import { tinyCheckpoint } from "./tiny-checkpoint";

const PAGES = { folder: CHECKPOINT, name: "" };

function newFolder(t: Owner): string {
  const folder = mkdtempSync(path.join(tmpdir(), "finetune-pretrained-"));
  tearDown(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("the pretrained model", () => {
  test("is the page's own, or one that was chosen, also the next time", async (t) => {
    const folder = newFolder(t);
    const tiny = await tinyCheckpoint(t);
    const models = new PretrainedModels(folder, PAGES);
    assert.deepEqual([(await models.open()).name, (await models.open()).layers], ["", 3]);
    const chosen = await models.choose((place) => Promise.resolve(cpSync(tiny, place, { recursive: true })));
    assert.deepEqual([chosen.layers, chosen.hiddenSize], [2, 64]);
    assert.notEqual(chosen.name, "");
    assert.deepEqual(await new PretrainedModels(folder, PAGES).open(), chosen);
    // The same files a second time are not known to be the same.
    const again = await models.choose((place) => Promise.resolve(cpSync(tiny, place, { recursive: true })));
    assert.notEqual(again.name, chosen.name);
    assert.equal((await models.forget()).layers, 3);
    assert.equal((await new PretrainedModels(folder, PAGES).open()).layers, 3);
  });

  test("is that of the address, whatever was chosen", async (t) => {
    const folder = newFolder(t);
    const tiny = await tinyCheckpoint(t);
    await new PretrainedModels(folder, PAGES).choose((place) =>
      Promise.resolve(cpSync(tiny, place, { recursive: true })),
    );
    const named = new PretrainedModels(folder, { folder: CHECKPOINT, name: "owner/name" });
    assert.deepEqual([(await named.open()).name, (await named.open()).layers], ["owner/name", 3]);
    assert.equal((await new PretrainedModels(folder, PAGES).open()).layers, 2);
  });

  test("is there where a kill came in the midst of choosing it", async (t) => {
    const folder = newFolder(t);
    const tiny = await tinyCheckpoint(t);
    const models = new PretrainedModels(folder, PAGES);
    const chosen = await models.choose((place) => Promise.resolve(cpSync(tiny, place, { recursive: true })));
    // Before the last call, and before the last of the files.
    renameSync(path.join(folder, "chosen"), path.join(folder, "chosen-arriving"));
    assert.deepEqual(await models.open(), chosen);
    cpSync(CHECKPOINT, path.join(folder, "chosen-arriving"), { recursive: true });
    assert.deepEqual(await models.open(), chosen);
    assert.deepEqual(readdirSync(folder), ["chosen"]);
  });

  test("stays what it was where files are no model, or were not all written", async (t) => {
    const folder = newFolder(t);
    const tiny = await tinyCheckpoint(t);
    const models = new PretrainedModels(folder, PAGES);
    const chosen = await models.choose((place) => Promise.resolve(cpSync(tiny, place, { recursive: true })));
    const none = models.choose(() => Promise.resolve());
    await assert.rejects(none, /config\.json/);
    await assert.rejects(
      models.choose(() => Promise.reject(new Error("full"))),
      /full/,
    );
    assert.deepEqual(await models.open(), chosen);
    rmSync(path.join(folder, "chosen", "config.json"));
    assert.equal((await models.open()).layers, 3);
    assert.ok(!existsSync(path.join(folder, "chosen")));
  });
});
