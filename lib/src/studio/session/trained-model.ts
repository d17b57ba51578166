import { useEngine } from "../../engines/engines";
import { ConfigError, DatasetError } from "../../errors";
import { exportOnnx } from "../../export/onnx/export-onnx";
import { exportPage } from "../../export/page/export-page";
import { pipeline } from "../../inference/pipeline";
import type { TextClassificationPipeline } from "../../inference/text-classification";
import { AutoModelForSequenceClassification } from "../../models/auto";
import type { PreTrainedModel } from "../../models/pretrained-model";
import { existsSync, mkdir, rm } from "../../platform/files";
import { AutoTokenizer } from "../../tokenizers/auto-tokenizer";
import type { PreTrainedTokenizer } from "../../tokenizers/pretrained-tokenizer";
import type { Answer, SavedAs } from "./protocol";

interface Open {
  model: PreTrainedModel;
  tokenizer: PreTrainedTokenizer;
  classify: TextClassificationPipeline;
}

/** What came of a training: it is asked, written, and there the next time. */
export class TrainedModel {
  /** Of several who ask at once the first opens it. */
  private opened: Promise<Open> | undefined;

  /** @param folder where it is kept */
  constructor(private readonly folder: string) {}

  /** Takes what a training has made; it is kept from {@link keep} on. */
  async take(model: PreTrainedModel, tokenizer: PreTrainedTokenizer): Promise<void> {
    await this.close();
    this.opened = Promise.resolve(openOf(model, tokenizer));
  }

  /** @throws where there is no room for it; nothing is left of it then */
  async keep(): Promise<void> {
    try {
      await this.writeTo(this.folder);
    } catch (error) {
      await rm(this.folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What it says to a text, the likeliest label first. */
  async classify(text: string): Promise<Answer[]> {
    if (text.trim() === "") throw new DatasetError("Type a sentence.");
    const { classify } = await this.open();
    return await classify(text, { topK: null });
  }

  /**
   * Writes it, and says where.
   *
   * @param title of a page
   */
  async save(as: SavedAs, title: string): Promise<string> {
    const { model, tokenizer } = await this.open();
    const folder = `/tmp/saved/${as}`;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    if (as === "folder") await this.writeTo(folder);
    else if (as === "onnx") await exportOnnx(model, tokenizer, folder, { quantize: "int8" });
    else await exportPage(model, tokenizer, folder, { title });
    return folder;
  }

  /** Moves it to another engine. */
  async useEngine(name: string): Promise<string> {
    // From a device that is gone nothing can be had: then there is what was kept.
    const moves = this.opened && (await this.save("folder", "").catch(() => undefined));
    const engine = await useEngine(name);
    await this.close();
    if (moves !== undefined) {
      await this.openFrom(moves);
      await rm(moves, { recursive: true, force: true });
    }
    return engine;
  }

  /** Forgets it, here and for the next time. */
  async forget(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private open(): Promise<Open> {
    if (!this.opened && !existsSync(this.folder))
      return Promise.reject(new ConfigError("There is no trained model yet."));
    return this.opened ?? this.openFrom(this.folder);
  }

  private openFrom(folder: string): Promise<Open> {
    const opening = readFrom(folder).catch((error: unknown) => {
      this.opened = undefined;
      throw error;
    });
    this.opened = opening;
    return opening;
  }

  private async writeTo(folder: string): Promise<void> {
    const { model, tokenizer } = await this.open();
    await model.savePretrained(folder);
    await tokenizer.savePretrained(folder);
  }

  private async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    (await opened?.catch(() => undefined))?.model.dispose();
  }
}

const openOf = (model: PreTrainedModel, tokenizer: PreTrainedTokenizer): Open => ({
  ...{ model, tokenizer },
  classify: pipeline("text-classification", { model, tokenizer }),
});

async function readFrom(folder: string): Promise<Open> {
  const model = await AutoModelForSequenceClassification.fromPretrained(folder);
  return openOf(model, await AutoTokenizer.fromPretrained(folder));
}
