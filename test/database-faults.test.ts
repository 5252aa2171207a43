import { EventEmitter, once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { createLogger } from '../src/log.js'
import { startSweeping } from '../src/server/sweep-sessions.js'
import { Audit } from '../src/services/audit.js'
import type { Browser } from './support/browser.js'
import { freePort, runCompiled } from './support/command.js'
import { makeDatabase } from './support/database.js'
import { Outage } from './support/outage.js'
import { sessionsOf } from './support/sessions.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, SAME_SITE, type World } from './support/world.js'

const HOUR = 3_600_000
const onPostgresql = Boolean(process.env.TEST_DATABASE_URL)

/** Tries to log in, and expects to be told that it does not go now. */
async function expectRefused(browser: Browser, callback: string): Promise<void> {
  const answer = await browser.get(callback).expect(503)
  expect(answer.body).toMatchObject({ error: 'service_unavailable', requestId: expect.any(String) })
  expect(JSON.stringify(answer.body)).not.toMatch(/SQLITE|ECONN|[Dd]atabase/)
  expect(answer.headers['retry-after']).toBe('5')
  expect(browser.cookie('sid')).toBeUndefined()
}

async function expectIn(browser: Browser): Promise<void> {
  expect((await browser.get('/me').expect(200)).body.username).toBe('张三')
}

describe.runIf(onPostgresql)('a database server', () => {
  /** A world whose server comes to its database by a line that can fail. */
  async function worldBehindLine(): Promise<{ world: World; outage: Outage; close(): Promise<void> }> {
    const database = await makeDatabase()
    const outage = await Outage.before(database.url)
    const world = await createWorld({ DATABASE_URL: outage.url })
    const close = async () => {
      await world[Symbol.asyncDispose]()
      await outage[Symbol.asyncDispose]()
      await database.remove()
    }
    return { world, outage, close }
  }

  it('that is away is told from a bug, and the server recovers by itself', async () => {
    const { world, outage, close } = await worldBehindLine()
    const [inside, outside] = [world.browser(), world.browser()]
    await inside.logIn()
    const callback = await outside.scan('lisi')

    outage.cut()
    await inside.get('/readyz').expect(503)
    await inside.get('/healthz').expect(200)
    const [me, verify] = await Promise.all([inside.get('/me').expect(503), inside.get('/verify').expect(503)])
    expect(me.body.error).toBe('service_unavailable')
    expect(verify.headers['x-auth-request-user']).toBeUndefined()
    await expectRefused(outside, callback)
    await outside.get('/ding_url').expect(302)
    expect(world.log.find(({ msg }) => msg === 'the database could not be used')).toMatchObject({
      code: 'service_unavailable',
      detail: expect.stringMatching(/\((ECONN|P1|NO_CONNECTION)/),
    })

    outage.mend()
    await inside.get('/readyz').expect(200)
    await expectIn(inside)
    await outside.get(callback).expect(400)
    await outside.logIn('lisi')
    await close()
  })

  it('that was restarted is not noticed by anybody', async () => {
    const { world, outage, close } = await worldBehindLine()
    const browser = world.browser()
    await browser.logIn()
    outage.mend()
    await Promise.all([
      expectIn(browser),
      expectIn(browser),
      browser.get('/verify').expect(204),
      world.browser().logIn('lisi'),
    ])
    await close()
  })

  it('that falls silent is given up', { timeout: 60_000 }, async () => {
    const { world, outage, close } = await worldBehindLine()
    const browser = world.browser()
    await browser.logIn()
    outage.silence()
    const [me, ready] = await Promise.all([browser.get('/me'), browser.get('/readyz')])
    expect({ me: me.status, ready: ready.status }).toEqual({ me: 503, ready: 503 })
    outage.mend()
    await expectIn(browser)
    await close()
  })

  it('that may only be read lets nobody new in, and those inside stay', async () => {
    await using world = await createWorld()
    const inside = world.browser()
    await inside.logIn()
    const [{ role } = {}] = await world.sql('SELECT current_schema() AS role')
    await world.sql(`CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET default_transaction_read_only = on;
      GRANT USAGE ON SCHEMA ${role} TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA ${role} TO ${role}`)
    const url = new URL(world.database.url)
    url.username = String(role)
    const server = await world.anotherServer({ DATABASE_URL: url.href })

    const browser = server.browser()
    await expectRefused(browser, await browser.scan('lisi'))
    expect(world.log.at(-1)).toMatchObject({ detail: expect.stringContaining('25006') })
    for (const [name, value] of inside.cookies) browser.cookies.set(name, value)
    world.pass(2 * 60_000)
    await expectIn(browser)
    expect(await world.count('User')).toBe(1)

    await world.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    await browser.get('/readyz').expect(503)
  })

  it('that keeps a statement waiting gives it up, so that none piles up there', async () => {
    await using world = await createWorld()
    const database = await openDatabase(world.database.url, { timeoutMs: 300 })
    const sessions = sessionsOf(database, { idleTimeoutMs: HOUR, maxAgeMs: HOUR })
    await world.sql('BEGIN; LOCK TABLE "Session"')
    await expect(sessions.find('nobody')).rejects.toMatchObject({ code: 'service_unavailable' })
    const waiting = `SELECT pid FROM pg_locks WHERE relation = '"Session"'::regclass AND NOT granted`
    expect(await world.sql(waiting)).toEqual([])
    await world.sql('ROLLBACK')
    expect(await sessions.find('nobody')).toBeUndefined()
    await database.close()
  })

  it('whose address names options as well as a schema is used in that schema', async () => {
    const database = await makeDatabase()
    await using world = await createWorld({ DATABASE_URL: `${database.url}&options=-c%20lock_timeout%3D4s` })
    await world.browser().logIn()
    expect(await database.sql('SELECT count(*) AS n FROM "Session"')).toEqual([{ n: 1 }])
    await database.remove()
  })

  it('that writes dates in another style is understood: sessions end in time', async () => {
    await using world = await createWorld()
    const [{ role } = {}] = await world.sql('SELECT current_schema() AS role')
    await world.sql(`CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET datestyle = 'German';
      GRANT USAGE ON SCHEMA ${role} TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA ${role} TO ${role}`)
    const url = new URL(world.database.url)
    url.username = String(role)
    const server = await world.anotherServer({ DATABASE_URL: url.href })

    const browser = server.browser()
    await browser.logIn()
    await expectIn(browser)
    world.pass(9 * HOUR)
    await browser.get('/verify').expect(401)
    await world.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  })
})

describe.runIf(onPostgresql)('connections that the server ends', () => {
  it('in the middle of traffic cost nobody more than a moment', { timeout: 60_000 }, async () => {
    const database = await makeDatabase()
    const url = new URL(database.url)
    const name = String(url.searchParams.get('schema'))
    url.searchParams.set('application_name', name)
    await using world = await createWorld({ DATABASE_URL: url.href, RATE_LIMIT_PER_MINUTE: '1000000' })
    const signedIn = world.browser()
    await signedIn.logIn()
    const statuses: number[] = []
    let isOver = false
    const browse = async () => {
      while (!isOver) {
        const browser = world.browser()
        statuses.push((await browser.get(await browser.scan('lisi'))).status)
        await expectIn(signedIn)
      }
    }
    const endAll = async () => {
      for (let round = 0; round < 5; round++) {
        const before = statuses.length
        await expect.poll(() => statuses.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before + 16)
        const ended = await database.sql(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`,
        )
        expect(ended.length).toBeGreaterThan(0)
      }
    }
    await Promise.all([
      ...Array.from({ length: 12 }, browse),
      endAll().finally(() => {
        isOver = true
      }),
    ])
    expect([...new Set(statuses)]).toEqual([302])
    await database.remove()
  })
})

describe.runIf(onPostgresql)('a failover', () => {
  it('to a server that may only be read lets nobody new in for as long, and those inside stay', async () => {
    const place = await makeDatabase()
    const name = String(new URL(place.url).searchParams.get('schema'))
    await place.sql(`CREATE DATABASE ${name}`)
    const url = new URL(place.url)
    url.pathname = `/${name}`
    url.searchParams.delete('schema')
    {
      await using world = await createWorld({ DATABASE_URL: url.href })
      const [inside, outside] = [world.browser(), world.browser()]
      await inside.logIn()
      await place.sql(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
      await place.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`)

      await expectRefused(outside, await outside.scan('lisi'))
      expect(world.log.at(-1)).toMatchObject({ detail: expect.stringContaining('25006') })
      world.pass(2 * 60_000)
      await expectIn(inside)
      await inside.get('/verify').expect(204)
      await inside.get('/readyz').expect(200)

      await place.sql(`ALTER DATABASE ${name} RESET default_transaction_read_only`)
      world.dingtalk.moveClock(2 * 60_000)
      // A connection from before may still be read-only: it is given up with the statement that finds it so.
      const landing = async () => (await outside.get(await outside.scan('lisi'))).status
      await expect.poll(landing, { timeout: 10_000, interval: 5 }).toBe(302)
      await expectIn(inside)
    }
    await place.sql(`DROP DATABASE ${name}`)
    await place.remove()
  })
})

describe('a database that was restored from a backup', () => {
  it('signs out who came after it, and everybody can log in', async () => {
    await using world = await createWorld()
    const [before, after, namesake] = [world.browser(), world.browser(), world.browser()]
    await before.logIn()
    await world.browser().logIn('zhangwei1')
    for (const table of ['User', 'Session'])
      await world.sql(`CREATE TABLE "${table}_backup" AS SELECT * FROM "${table}"`)
    await after.logIn('lisi')
    await namesake.logIn('zhangwei2')

    await world.sql('DELETE FROM "Session"')
    await world.sql('DELETE FROM "User"')
    for (const table of ['User', 'Session']) await world.sql(`INSERT INTO "${table}" SELECT * FROM "${table}_backup"`)

    await expectIn(before)
    for (const browser of [after, namesake]) {
      expect((await browser.get('/me').expect(401)).body.error).toBe('unauthenticated')
      await browser.get('/verify').expect(401)
    }
    await Promise.all([after.logIn('lisi'), namesake.logIn('zhangwei2'), world.browser().logIn('zhangwei1')])
    expect((await namesake.get('/me').expect(200)).body.username).toBe('张伟-2')
    const names = (await world.sql('SELECT username FROM "User"')).map(({ username }) => username)
    expect(names.sort()).toEqual(['李四', '张三', '张伟', '张伟-2'].sort())
  })
})

describe('a time that cannot be read', () => {
  it.each(['lastSeenAt', 'expiresAt'])('in %s ends the session', async (column) => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    await world.sql(`UPDATE "Session" SET "${column}" = 'infinity'`)
    await browser.get('/me').expect(401)
    await browser.get('/verify').expect(401)
  })

  it('of the last lookup is as good as none', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    await world.sql(`UPDATE "User" SET "membershipCheckedAt" = 'infinity'`)
    const lookups = () => world.dingtalk.journal().filter(({ call }) => call === 'getbyunionid').length
    expect(lookups()).toBe(1)
    await expectIn(browser)
    expect(lookups()).toBe(2)
  })
})

describe.runIf(!onPostgresql)('an SQLite file', () => {
  /** The server's own connections: logins need one. */
  async function connectionsOf(world: World): Promise<StatementRecorder['connections']> {
    using recorder = new StatementRecorder()
    await world.browser().logIn('zhangsan')
    expect(recorder.connections.size).toBe(1)
    return recorder.connections
  }

  it.each([
    ['full', 'max_page_count = 1', /SQLITE_FULL/],
    ['read-only', 'query_only = ON', /SQLITE_READONLY/],
  ])('that is %s lets nobody new in, those inside stay, and it recovers by itself', async (_, pragma, detail) => {
    await using world = await createWorld()
    const connections = await connectionsOf(world)
    const inside = world.browser()
    await inside.logIn()
    const before = [await world.count('User'), await world.count('Session')]

    for (const connection of connections) connection.pragma(pragma)
    // Until the pages that the file has are used up.
    const browser = world.browser()
    let callback = await browser.scan('lisi')
    for (let login = 0; login < 100; login++) {
      const answer = await browser.get(callback)
      if (answer.status === 503) break
      browser.cookies.clear()
      callback = await browser.scan('lisi')
    }
    browser.cookies.clear()
    await expectRefused(browser, await browser.scan('zhangwei1'))
    expect(world.log.at(-1)).toMatchObject({ code: 'service_unavailable', detail: expect.stringMatching(detail) })
    world.pass(2 * 60_000)
    world.dingtalk.moveClock(2 * 60_000)
    await expectIn(inside)
    await inside.get('/verify').expect(204)

    for (const connection of connections) {
      connection.pragma('query_only = OFF')
      connection.pragma('max_page_count = 1000000')
    }
    const [users = 0, sessions = 0] = before
    expect(await world.count('User')).toBeGreaterThanOrEqual(users)
    expect(await world.count('Session')).toBeGreaterThanOrEqual(sessions)
    await browser.logIn('lisi')
    expect(await world.sql('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  })

  it('that another process is writing to is waited for, and holds up nobody who only reads', async () => {
    await using world = await createWorld()
    const [inside, outside] = [world.browser(), world.browser()]
    await inside.logIn()
    world.pass(2 * 60_000)
    world.dingtalk.moveClock(2 * 60_000)
    const callback = await outside.scan('lisi')
    const unlock = await world.database.lockWrites()
    let landed = false
    const landing = outside
      .get(callback)
      .expect(302)
      .then(() => {
        landed = true
      })
    await expectIn(inside)
    await inside.get('/verify').expect(204)
    await inside.get('/readyz').expect(200)
    expect(landed).toBe(false)
    await unlock()
    await landing
  })

  it('that another process keeps to itself is given up, and the next login succeeds', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const unlock = await world.database.lockWrites()
    await expectRefused(browser, await browser.scan())
    expect(await world.count('User')).toBe(0)
    await unlock()
    await browser.logIn()
    await expectIn(browser)
  })

  it.runIf(process.platform === 'linux').each(['/sys/login.db', '/dev/null/login.db'])(
    'that cannot be made is named at the start: %s',
    async (file) => {
      await using world = await createWorld()
      const settings = { ...world.settings, ...SAME_SITE, DATABASE_URL: `file:${file}`, PORT: String(await freePort()) }
      await using server = runCompiled('start', { env: settings })
      expect(await server.ended()).toBe(1)
      expect(server.output).toMatch(/^DATABASE_URL: the database cannot be used \((SQLITE_|E[A-Z]+\))/)
    },
  )
})

describe('the removal of sessions that are over', () => {
  it('goes on each time until none is left, with room for logins in between', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    for (let index = 0; index < 900; index++) {
      await world.sql(
        `INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent") SELECT 'id-${index}', 'hash-${index}', "userId", "createdAt", "lastSeenAt", '2026-01-01T00:00:00.000+00:00', ip, "userAgent" FROM "Session" LIMIT 1`,
      )
    }
    const database = await openDatabase(world.database.url)
    const sessions = sessionsOf(database, { idleTimeoutMs: HOUR, maxAgeMs: HOUR })
    using recorder = new StatementRecorder()
    const lines = new EventEmitter()
    const logger = createLogger('info', { write: (line) => lines.emit('line', JSON.parse(line)) })
    const swept = once(lines, 'line')
    const stop = startSweeping(
      { sessions, logger, openid: { removeOver: async () => 0 }, audit: new Audit({ log: logger }) },
      1,
    )
    const logins = ['lisi', 'zhangwei1', 'zhangwei2'].map((person) => world.browser().logIn(person))
    await Promise.all(logins)
    expect(await swept).toMatchObject([{ event: 'session_ended', reason: 'expired', count: 900 }])
    stop()
    await database.close()
    const removals = recorder.statements.filter((statement) => /DELETE FROM .* LIMIT 10 /s.test(statement))
    expect(removals.length).toBeGreaterThanOrEqual(900 / 10)
    expect(await world.count('Session')).toBe(4)
    await expectIn(browser)
  })

  it('rests after each step, whatever it removes, so that requests get their turn', async () => {
    const turns: string[] = []
    const stepOf = (kind: string) => {
      let left = 3
      return async () => {
        turns.push(kind)
        // What waits for its turn at the event loop, as requests do.
        setImmediate(() => turns.push('others'))
        return left-- > 0 ? 1 : 0
      }
    }
    const over = new EventEmitter()
    const logger = createLogger('info', { write: () => {} })
    const audit = new Audit({ log: logger })
    const ended = once(over, 'over')
    const stop = startSweeping(
      {
        ...{ sessions: { removeOver: stepOf('session') }, openid: { removeOver: stepOf('record') } },
        auditUpkeep: {
          removeOver: stepOf('audit'),
          countPeople: async (rest: () => Promise<unknown>) => {
            await rest()
            over.emit('over')
          },
        },
        ...{ logger, audit },
      },
      1,
    )
    await ended
    stop()
    for (const kind of ['session', 'record', 'audit']) expect(turns.filter((turn) => turn === kind)).toHaveLength(4)
    expect(turns.join(' ')).not.toMatch(/(session|record|audit) \1/)
  })
})
