import type { TestDatabase } from './database.js'

export interface Column {
  name: string
  type: string
  notnull: number
  pk: number
}

export interface Index {
  name: string
  unique: number
  columns: string
}

export interface ForeignKey {
  table: string
  from: string
  to: string
  on_delete: string
  on_update: string
}

export interface Table {
  name: string
  columns: Column[]
  indexes: Index[]
  foreignKeys: ForeignKey[]
}

/** The questions that a database answers about itself, each with the same columns for both. */
const catalogue = {
  sqlite: {
    tables: `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    columns: (table: string) => `SELECT name, type, "notnull", pk > 0 AS pk FROM pragma_table_info('${table}')`,
    indexes: (table: string) =>
      `SELECT name, "unique", (SELECT group_concat(name) FROM pragma_index_info(list.name)) AS columns
         FROM pragma_index_list('${table}') AS list WHERE origin <> 'pk'`,
    foreignKeys: (table: string) =>
      `SELECT "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list('${table}')`,
  },
  postgresql: {
    tables: `SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()`,
    columns: (table: string) =>
      `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull::int AS "notnull",
              EXISTS (SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY (indkey))::int AS pk
         FROM pg_attribute WHERE attrelid = '"${table}"'::regclass AND attnum > 0 ORDER BY attnum`,
    indexes: (table: string) =>
      `SELECT relname AS name, indisunique::int AS "unique",
              (SELECT string_agg(attname::text, ',' ORDER BY place) FROM unnest(indkey) WITH ORDINALITY AS k (number, place)
                 JOIN pg_attribute ON attrelid = indrelid AND attnum = number) AS columns
         FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = '"${table}"'::regclass AND NOT indisprimary`,
    foreignKeys: (table: string) =>
      `SELECT (SELECT relname FROM pg_class WHERE oid = confrelid) AS "table",
              (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) AS "from",
              (SELECT attname FROM pg_attribute WHERE attrelid = confrelid AND attnum = confkey[1]) AS "to",
              CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE confdeltype::text END AS on_delete,
              CASE confupdtype WHEN 'c' THEN 'CASCADE' ELSE confupdtype::text END AS on_update
         FROM pg_constraint WHERE conrelid = '"${table}"'::regclass AND contype = 'f'`,
  },
}

/** The tables of a database as they really are, by name. */
export async function readSchema(database: TestDatabase): Promise<Table[]> {
  const ask = catalogue[database.kind]
  const rows = async <T>(text: string) => (await database.sql(text)) as T[]
  const tables: Table[] = []
  for (const { name } of (await rows<{ name: string }>(ask.tables)).sort(byName)) {
    tables.push({
      name,
      columns: await rows<Column>(ask.columns(name)),
      indexes: (await rows<Index>(ask.indexes(name))).sort(byName),
      foreignKeys: (await rows<ForeignKey>(ask.foreignKeys(name))).sort(byColumn),
    })
  }
  return tables
}

/** All that the tables of a database hold, as one text. */
export async function readEverything(database: TestDatabase): Promise<string> {
  const names = (await readSchema(database)).map(({ name }) => name)
  return JSON.stringify(await Promise.all(names.map((name) => database.sql(`SELECT * FROM "${name}"`))))
}

export function byColumn(a: ForeignKey, b: ForeignKey): number {
  return a.from < b.from ? -1 : 1
}

export function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1
}
