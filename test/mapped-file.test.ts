import { truncateSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { makeFile, type TestDatabase } from './support/database.js'

const MAPPED = { name: 'mapped', sql: 'PRAGMA mmap_size' }
const ADD = { name: 'former_add', sql: `INSERT INTO "FormerName" ("hash") VALUES (?)` }
const COUNT = { name: 'former_count', sql: `SELECT count(*) AS "count" FROM "FormerName"` }
const LARGE_BYTES = 256 * 1024 ** 2

const onSqlite = !process.env.TEST_DATABASE_URL
if (!onSqlite) console.log('skipped: the map of an SQLite file; PostgreSQL keeps pages itself')

describe.runIf(onSqlite)('an SQLite file', () => {
  let place: TestDatabase

  beforeEach(async () => {
    place = await makeFile()
    await (await openDatabase(place.url)).close()
  })
  afterEach(() => place.remove())

  /** As long as many rows would make it, without them: SQLite goes by the length that the file itself names. */
  function grow(bytes: number): void {
    truncateSync(place.url.slice('file:'.length), bytes)
  }

  async function mappedBytes({ isServing }: { isServing: boolean }): Promise<number | undefined> {
    const database = await openDatabase(place.url)
    try {
      if (isServing) database.serve()
      await database.query(ADD, [`${isServing}`])
      expect(await database.query(COUNT, [])).toHaveLength(1)
      return (await database.query<{ mmap_size: number }>(MAPPED, []))[0]?.mmap_size
    } finally {
      await database.close()
    }
  }

  it('is mapped into the memory of a server once it is large', async () => {
    grow(LARGE_BYTES)
    expect(await mappedBytes({ isServing: true })).toBeGreaterThan(LARGE_BYTES)
  })

  it('is not while it is small, so that the process is as large as what it does', async () => {
    grow(LARGE_BYTES - 1)
    expect(await mappedBytes({ isServing: true })).toBe(0)
  })

  it('is not by a command, whose memory is to be as small for a million people as for a thousand', async () => {
    grow(LARGE_BYTES)
    expect(await mappedBytes({ isServing: false })).toBe(0)
  })
})
