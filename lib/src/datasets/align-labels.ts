import { DatasetError } from "../errors";
import { toArray } from "./columns";
import { ClassLabel, featureToString } from "./features";
import { columnOf, type TypedColumn } from "./infer";
import { pythonList } from "./python-repr";
import type { Table } from "./table";

/**
 * Labels under the numbers that a model has for their names, whatever the case of the letters; hidden ones (-1, null) stay.
 *
 * @throws DatasetError if the column holds no classes, one of them has no number, or the numbers are not 0, 1, 2 …
 */
export function alignLabels(
  table: Table,
  label2id: Readonly<Record<string, number>>,
  name: string,
): TypedColumn {
  const column = table.column(name);
  const feature = table.features.get(name);
  if (!(feature instanceof ClassLabel)) {
    throw new DatasetError(
      `alignLabelsWithMapping: column "${name}" holds ${feature ? featureToString(feature) : "nothing"}, no classes. classEncodeColumn makes them.`,
    );
  }
  const entries = Object.entries(label2id).sort(([, a], [, b]) => a - b);
  if (entries.some(([, id], i) => id !== i)) {
    throw new DatasetError(
      `alignLabelsWithMapping: the ids of ${entries.length} classes are 0 to ${entries.length - 1}, each once; the mapping has ` +
        `${entries.map(([, id]) => id).join(", ")}.`,
    );
  }
  const idOf = new Map(entries.map(([label, id]) => [label.toLowerCase(), id]));
  const ids = feature.names.map((label) => {
    const id = idOf.get(label.toLowerCase());
    if (id !== undefined) return id;
    throw new DatasetError(
      `alignLabelsWithMapping: the mapping has no class "${label}" of column "${name}". It has ${pythonList(
        entries.map(([known]) => known),
      )}.`,
    );
  });
  const cells = toArray(column).map((cell) => (typeof cell === "number" ? (ids[cell] ?? cell) : cell));
  return { column: columnOf(cells), feature: new ClassLabel({ names: entries.map(([label]) => label) }) };
}
