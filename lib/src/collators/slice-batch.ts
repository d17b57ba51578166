import * as tf from "../tfjs";
import { ConfigError } from "../errors";
import type { Batch } from "./batch";

/**
 * The rows `from` … `to` - 1 of a batch, as one of its own. Its width stays the whole's.
 *
 * @throws ConfigError for a column that has not one entry a row
 */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  const [rows] = batch.input_ids.shape;
  const columns = Object.entries(batch).filter(([, column]) => column !== undefined) as [string, tf.Tensor][];
  for (const [name, { shape }] of columns) {
    if (shape[0] === rows) continue;
    throw new ConfigError(
      `A batch of ${rows} rows cannot be cut: its column "${name}" has the shape [${shape.join(", ")}], not one entry a row.`,
    );
  }
  return Object.fromEntries(
    columns.map(([name, column]) => {
      const width = column.size / rows;
      const values = column.dataSync().slice(from * width, to * width);
      return [name, tf.tensor(values, [to - from, ...column.shape.slice(1)], column.dtype)];
    }),
  ) as Batch;
}
