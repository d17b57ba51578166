import { existsSync, mkdir, readFile, rename, rm, writeFile } from "../../platform/files";
import { randomUUID } from "../../platform/crypto";
import path from "../../platform/path";
import { AutoConfig } from "../../models/auto";
import { CHOSEN, type ModelInfo } from "./protocol";

/** Beside the files of a chosen model: what tells it from others. */
const NAME_FILE = "studio-name";

/** A pretrained model, and where it is. */
export interface Pretrained extends ModelInfo {
  folder: string;
}

/** The model that training begins with: that of the page, or one that a visitor has chosen, which is there the next time too. */
export class PretrainedModels {
  private readonly chosen: string;
  private readonly arriving: string;

  /**
   * @param folder   what is kept
   * @param brought  the folder of the model that came with the page, and its name
   */
  constructor(
    folder: string,
    private readonly brought: { folder: string; name: string },
  ) {
    this.chosen = path.join(folder, "chosen");
    this.arriving = path.join(folder, "chosen-arriving");
  }

  /** The one to begin with: a name in the page's address says more than what was chosen another time. */
  async open(): Promise<Pretrained> {
    // Killed in the midst of `choose`: the last of the files says that all are there.
    if (!existsSync(this.chosen) && existsSync(path.join(this.arriving, NAME_FILE)))
      await rename(this.arriving, this.chosen);
    await rm(this.arriving, { recursive: true, force: true });
    if (this.brought.name === "" && existsSync(this.chosen)) {
      try {
        return await openAt(this.chosen, await readFile(path.join(this.chosen, NAME_FILE), "utf8"));
      } catch {
        await this.forget();
      }
    }
    return await openAt(this.brought.folder, this.brought.name);
  }

  /**
   * Another model, which is kept.
   *
   * @param write  writes its files into a folder
   * @throws where they are no model; that which was there stays
   */
  async choose(write: (folder: string) => Promise<unknown>): Promise<Pretrained> {
    const { arriving } = this;
    await rm(arriving, { recursive: true, force: true });
    try {
      await mkdir(arriving, { recursive: true });
      await write(arriving);
      await openAt(arriving, "");
      const name = `${CHOSEN}${randomUUID()}`;
      await writeFile(path.join(arriving, NAME_FILE), name);
      await rm(this.chosen, { recursive: true, force: true });
      await rename(arriving, this.chosen);
      return await openAt(this.chosen, name);
    } finally {
      await rm(arriving, { recursive: true, force: true });
    }
  }

  /** Of models for which there is no room: they are there until the page is closed. */
  inMemory(): PretrainedModels {
    return new PretrainedModels("/tmp/studio", this.brought);
  }

  /** Back to the one that came with the page. */
  async forget(): Promise<Pretrained> {
    await rm(this.chosen, { recursive: true, force: true });
    return await openAt(this.brought.folder, this.brought.name);
  }
}

async function openAt(folder: string, name: string): Promise<Pretrained> {
  const { modelType, numHiddenLayers, hiddenSize } = await AutoConfig.fromPretrained(folder);
  return { folder, name, modelType, layers: numHiddenLayers, hiddenSize };
}
