import type { ColumnChunk, FileMetaData, SchemaElement } from "hyparquet";

/** A column of the table, which may be nested, and the part of a file's metadata that is about it. */
export interface TopLevelColumn {
  element: SchemaElement;
  metadata: FileMetaData;
}

/**
 * The columns of a file, each with metadata of its own: hyparquet walks through all that it is given, for each column, which
 * takes a file of 20,000 columns hours.
 */
export function topLevelColumns(metadata: FileMetaData): TopLevelColumn[] {
  const [root] = metadata.schema;
  const groups = metadata.row_groups.map(({ columns }) => {
    const byName = new Map<string | undefined, typeof columns>();
    for (const chunk of columns) {
      const [name, ...fields] = chunk.meta_data?.path_in_schema ?? [];
      const chunks = byName.get(name);
      const named = fields.includes("__proto__")
        ? withFields(chunk, [name!, ...fields.map(settable)])
        : chunk;
      if (chunks) chunks.push(named);
      else byName.set(name, [named]);
    }
    return byName;
  });
  return subtrees(metadata.schema).map((elements) => {
    const element = elements[0]!;
    const row_groups = metadata.row_groups.map((group, i) => {
      return { ...group, columns: groups[i]!.get(element.name) ?? [] };
    });
    const below = elements.slice(1).map((each) => ({ ...each, name: settable(each.name) }));
    const schema = [{ ...root!, num_children: 1 }, element, ...below];
    return { element, metadata: { ...metadata, schema, row_groups } };
  });
}

/** Stands for a field called `__proto__` while hyparquet reads, which sets fields as properties of an object. */
const PROTO = "\0__proto__";
const settable = (field: string) => (field === "__proto__" ? PROTO : field);

/** The name in the file of a field that was read. */
export const fieldName = (field: string): string => (field === PROTO ? "__proto__" : field);

function withFields(chunk: ColumnChunk, path: string[]): ColumnChunk {
  return { ...chunk, meta_data: { ...chunk.meta_data!, path_in_schema: path } };
}

/** The children of the schema's root, each with all below it; the schema lists its tree depth first. */
function subtrees(schema: readonly SchemaElement[]): SchemaElement[][] {
  const children: SchemaElement[][] = [];
  let at = 1;
  while (at < schema.length) {
    const start = at;
    // Elements of this child that are still to come.
    for (let open = 1; open > 0 && at < schema.length; at++) open += (schema[at]!.num_children ?? 0) - 1;
    children.push(schema.slice(start, at));
  }
  return children;
}
