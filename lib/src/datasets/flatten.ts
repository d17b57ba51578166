import type { Cell } from "./columns";
import { type FeatureType, isStruct } from "./features";
import { columnOf } from "./infer";
import { Table } from "./table";

/** With a column for each field of those that hold objects, called `column.field`; of objects in objects too. */
export function flattenTable(table: Table): Table {
  if (!Array.from(table.features).some(([, feature]) => isStruct(feature))) return table;
  const columns = new Map<string, ReturnType<typeof columnOf>>();
  const features = new Map<string, FeatureType>();
  for (const [name, feature] of table.features) {
    const column = table.column(name);
    if (!isStruct(feature)) {
      columns.set(name, column);
      features.set(name, feature);
      continue;
    }
    for (const [field, type] of Object.entries(feature)) {
      const cells = Array.from({ length: column.length }, (_, row): Cell => {
        const cell = column.get(row) as Readonly<Record<string, Cell>> | null | undefined;
        return cell && Object.hasOwn(cell, field) ? cell[field] : null;
      });
      columns.set(`${name}.${field}`, columnOf(cells, type));
      features.set(`${name}.${field}`, type);
    }
  }
  return flattenTable(new Table(columns, features));
}
