import { DatasetError } from "../errors";

export function loadDanfojs(): never {
  throw new DatasetError(
    "A data frame is one of danfojs-node, which is for Node.js. In a browser take the columns or rows.",
  );
}
