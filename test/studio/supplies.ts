import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { STUDIO_FOLDER } from "../../lib/src/studio/serve";
import { noBrowser } from "../browser";

const ROOT = path.resolve(__dirname, "../..");

/** The pretrained model that the studio begins with. */
export const CHECKPOINT = path.join(ROOT, "data/bert-3x384");

/** 300 reviews, as somebody would copy them from a spreadsheet. */
export const SENTENCES = readFileSync(path.join(ROOT, "data/reviews/train.tsv"), "utf8")
  .split("\n")
  .slice(1, 301)
  .map((line) => line.replace(/\t0$/, "\tblame").replace(/\t1$/, "\tpraise"))
  .join("\n");

/** Why the studio's checks are skipped; false when they are not. */
export const noStudio: string | false = existsSync(path.join(STUDIO_FOLDER, "index.html"))
  ? noBrowser
  : "run `npm run build` first";
