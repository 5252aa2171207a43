import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Database } from '../src/adapters/database/database.js'
import { SessionLookup } from '../src/adapters/database/session-lookup.js'
import type { Browser } from './support/browser.js'
import { onPostgresql } from './support/database.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, type World } from './support/world.js'

if (onPostgresql) console.log('skipped: where rows lie in an SQLite file; PostgreSQL does not say')

describe.skipIf(onPostgresql)('a session that is found where it was', () => {
  let world: World
  let one: Browser
  let other: Browser

  beforeEach(async () => {
    world = await createWorld()
    one = await signedIn('zhangsan')
    other = await signedIn('lisi')
  })
  afterEach(() => world[Symbol.asyncDispose]())

  async function signedIn(person: string): Promise<Browser> {
    const browser = world.browser()
    await browser.logIn(person)
    // From now on the server knows where its rows are.
    await browser.get('/me').expect(200)
    return browser
  }

  const nickOf = async (browser: Browser) => (await browser.get('/me').expect(200)).body.nick
  const rowidsOf = async (table: 'Session' | 'User') =>
    (await world.sql(`SELECT rowid AS "n" FROM "${table}" ORDER BY rowid`)).map(({ n }) => n)

  it('is asked for by one statement, which looks at no index', async () => {
    using recorder = new StatementRecorder()
    await one.get('/me').expect(200)
    const statements = recorder.take()
    expect(statements).toHaveLength(1)
    const values = Array(4).fill('NULL').values()
    const plan = await world.sql(`EXPLAIN QUERY PLAN ${statements[0]?.replace(/\?/g, () => values.next().value ?? '')}`)
    const first = plan.map(({ detail }) => String(detail)).filter((detail) => detail.startsWith('SEARCH'))
    expect(first.slice(0, 2)).toEqual([
      expect.stringMatching(/^SEARCH [su] USING INTEGER PRIMARY KEY/),
      expect.stringMatching(/^SEARCH [su] USING INTEGER PRIMARY KEY/),
    ])
  })

  it('stays over, though a later one of the same person lies there', async () => {
    const before = await rowidsOf('Session')
    // By another process, of which this one hears nothing.
    await world.sql(`DELETE FROM "Session" WHERE rowid = (SELECT max(rowid) FROM "Session")`)
    const late = world.browser()
    await late.logIn('lisi')
    expect(await rowidsOf('Session')).toEqual(before)
    await other.get('/me').expect(401)
    expect(await nickOf(late)).toBe('李四')
  })

  it('is still its own person’s, when another lies where they did', async () => {
    await world.sql(`UPDATE "User" SET rowid = -rowid`)
    await world.sql(`UPDATE "User" SET rowid = rowid + 3`)
    expect(await rowidsOf('User')).toEqual([1, 2])
    expect([await nickOf(one), await nickOf(other)]).toEqual(['张三', '李四'])
  })

  it('is found behind a VACUUM, which moves rows', async () => {
    await world.sql(`DELETE FROM "Session" WHERE rowid = (SELECT min(rowid) FROM "Session")`)
    await world.sql('VACUUM')
    await one.get('/me').expect(401)
    expect(await nickOf(other)).toBe('李四')
  })
})

describe('the places of sessions', () => {
  /** A database whose rows' numbers are those of their sessions; notes with which ones it is asked. */
  function numbered() {
    const asked: unknown[] = []
    const database = new Database({
      query: (_, [userRowid, sessionRowid, idHash]) => {
        asked.push([userRowid, sessionRowid])
        const rowid = Number(idHash)
        return [{ sessionId: idHash, sessionRowid: rowid, userRowid: rowid, lastLoginAt: null, profile: null }]
      },
      loadPrisma: () => Promise.reject(new Error('nothing is written here')),
      skipLocked: '',
      hasRowids: true,
      close: async () => {},
    })
    return { asked, lookup: new SessionLookup(database) }
  }

  it('are kept of the last ten thousand', async () => {
    const { asked, lookup } = numbered()
    for (let session = 0; session < 10_000; session++) await lookup.find(String(session))
    asked.length = 0
    await lookup.find('0')
    await lookup.find('10000')
    await lookup.find('0')
    await lookup.find('9999')
    expect(asked).toEqual([
      [0, 0],
      [null, null],
      [null, null],
      [9999, 9999],
    ])
  })
})
