import type { Statement } from './database.js'

/**
 * So few rows that no request waits long for them: SQLite's statements run in the thread that serves requests, and a row
 * that goes is taken out of several indexes, each at another place of the file.
 */
const REMOVE_AT_ONCE = 10

interface Removal {
  name: string
  table: string
  key: string
  /** Which rows go, and in which order: that of an index. */
  which: string
  skipLocked: string
}

/** Removes the first rows of an index, so that a step costs the same however many there are; gives their keys. */
export function removal({ name, table, key, which, skipLocked }: Removal): Statement {
  return {
    name,
    sql: `DELETE FROM "${table}" WHERE "${key}" IN
          (SELECT "${key}" FROM "${table}" WHERE ${which} LIMIT ${REMOVE_AT_ONCE} ${skipLocked}) RETURNING "${key}"`,
  }
}
