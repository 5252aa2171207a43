import pg from 'pg'
import { describe, expect, it } from 'vitest'
import type { Database, Statement } from '../src/adapters/database/database.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { makePerson } from '../src/emulator/emulator.js'
import { createLogger } from '../src/log.js'
import type { Browser } from './support/browser.js'
import { runCompiled } from './support/command.js'
import { makeDatabase } from './support/database.js'
import { hasPooler, POOL_SIZE, Pooler } from './support/pooler.js'
import { CleanUp, createWorld, type World } from './support/world.js'

const onPostgresql = Boolean(process.env.TEST_DATABASE_URL)
if (onPostgresql && !hasPooler) console.log('skipped: PostgreSQL behind a pooler is tried where pgbouncer is installed')

const AT_A_TIME = 60
const HOUR = 3_600_000

interface PooledWorld extends AsyncDisposable {
  world: World
  pooler: Pooler
}

async function moreLogins(inside: unknown[]): Promise<void> {
  const before = inside.length
  await expect.poll(() => inside.length, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before + AT_A_TIME)
}

/** Asks in each session that the pooler has. */
async function askEach(url: string, sql: string): Promise<unknown[]> {
  const clients = Array.from({ length: POOL_SIZE }, () => new pg.Client({ connectionString: url }))
  const rows: unknown[] = []
  for (const client of clients) {
    await client.connect()
    await client.query('BEGIN')
    rows.push(...(await client.query(sql)).rows)
  }
  for (const client of clients) await client.end()
  return rows
}

/** A world whose server comes to its database by a pooler. */
async function createPooledWorld(settings: Record<string, string> = {}): Promise<PooledWorld> {
  const cleanUp = new CleanUp()
  const database = await makeDatabase()
  cleanUp.defer(() => database.remove())
  const pooler = await Pooler.before(database.url)
  cleanUp.defer(() => pooler[Symbol.asyncDispose]())
  try {
    const world = await createWorld({ DATABASE_URL: pooler.url, RATE_LIMIT_PER_MINUTE: '1000000', ...settings })
    cleanUp.defer(() => world[Symbol.asyncDispose]())
    return {
      world: { ...world, sql: (text) => database.sql(text) },
      pooler,
      [Symbol.asyncDispose]: () => cleanUp.run(),
    }
  } catch (error) {
    await cleanUp.run()
    throw error
  }
}

describe.runIf(onPostgresql && hasPooler)('PostgreSQL behind a pooler in transaction mode', () => {
  it('is found out, and said once', async () => {
    await using pooled = await createPooledWorld()
    const { world } = pooled
    await Promise.all(Array.from({ length: 12 }, () => world.browser().logIn()))
    const lines = world.log.filter(({ msg }) => String(msg).includes('pooler'))
    expect(lines).toMatchObject([{ level: 30 }])
  })

  it('serves many logins at a time, and a restart of it loses nobody', { timeout: 120_000 }, async () => {
    await using pooled = await createPooledWorld()
    const { world, pooler } = pooled
    const people = Array.from({ length: 2 * AT_A_TIME }, (_, n) =>
      makePerson({ id: `person-${n}`, nick: `人${n % 4}` }),
    )
    for (const person of people) world.dingtalk.addPerson(person)
    const inside: { browser: Browser; unionId: string }[] = []
    const refusals = new Set<string>()
    let isOver = false
    const browse = async (first: number) => {
      for (let n = first; !isOver; n = (n + AT_A_TIME) % people.length) {
        const person = people[n]
        if (!person) throw new Error('there is no such person')
        const browser = world.browser()
        const landed = await browser.get(await browser.scan(person.id))
        if (landed.status === 302) inside.push({ browser, unionId: person.unionId })
        else refusals.add(`${landed.status} ${landed.body.error} ${landed.headers['retry-after']}`)
      }
    }
    const disturb = async () => {
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await moreLogins(inside)
        await pooler.restart(signal)
      }
      await moreLogins(inside)
    }
    await Promise.all([
      ...Array.from({ length: AT_A_TIME }, (_, n) => browse(n)),
      disturb().finally(() => {
        isOver = true
      }),
    ])
    refusals.delete('503 service_unavailable 5')
    expect([...refusals]).toEqual([])
    for (const { browser, unionId } of inside) {
      expect((await browser.get('/me').expect(200)).body.unionId).toBe(unionId)
    }
    const users = await world.sql('SELECT username FROM "User"')
    expect(new Set(users.map(({ username }) => username)).size).toBe(users.length)
    expect(world.log.filter(({ code }) => code === 'internal')).toEqual([])
  })

  it('is migrated once by processes that start at once', async () => {
    const database = await makeDatabase()
    await using pooler = await Pooler.before(database.url)
    const commands = Array.from({ length: 4 }, () =>
      runCompiled('users', { env: { DATABASE_URL: pooler.url }, args: ['list'] }),
    )
    for (const command of commands) expect(await command.ended(), command.output).toBe(0)
    const history = await database.sql('SELECT migration_name FROM _prisma_migrations')
    expect(new Set(history.map(({ migration_name }) => migration_name)).size).toBe(history.length)
    // In the schema of the address, which is all that the test's own connection looks at.
    expect(await database.sql('SELECT count(*) AS n FROM "User"')).toEqual([{ n: 0 }])
    await database.remove()
  })

  it('needs no options of the address at its start: they hold all the same', async () => {
    const database = await makeDatabase()
    await using pooler = await Pooler.before(database.url)
    await using world = await createWorld({ DATABASE_URL: `${pooler.url}&options=-c%20lock_timeout%3D50ms` })
    const browser = world.browser()
    await browser.logIn()
    await database.sql('BEGIN; LOCK TABLE "Session"')
    await browser.get('/me').expect(503)
    expect(world.log.at(-1)).toMatchObject({ detail: expect.stringContaining('55P03') })
    await database.sql('ROLLBACK')
    await browser.get('/me').expect(200)
    await database.remove()
  })

  it('and that writes dates in another style is understood: sessions end in time', async () => {
    const database = await makeDatabase()
    await (await openDatabase(database.url)).close()
    const role = String(new URL(database.url).searchParams.get('schema'))
    await database.sql(`CREATE ROLE ${role} LOGIN; ALTER ROLE ${role} SET datestyle = 'German';
      ALTER ROLE ${role} SET search_path = pg_catalog;
      GRANT USAGE ON SCHEMA ${role} TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA ${role} TO ${role}`)
    const url = new URL(database.url)
    url.username = role
    {
      await using pooler = await Pooler.before(url.href)
      await using world = await createWorld({ DATABASE_URL: pooler.url })
      const browser = world.browser()
      await browser.logIn()
      expect((await browser.get('/me').expect(200)).body.username).toBe('张三')
      world.pass(9 * HOUR)
      await browser.get('/verify').expect(401)
    }
    await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
    await database.remove()
  })

  it('changes nothing in sessions that others use as well', async () => {
    await using pooled = await createPooledWorld()
    const { world, pooler } = pooled
    await Promise.all(Array.from({ length: 12 }, () => world.browser().logIn()))
    const seen = await askEach(
      pooler.url,
      `SELECT name FROM pg_prepared_statements UNION ALL
      SELECT name FROM pg_settings WHERE source = 'session' AND name IN ('statement_timeout', 'search_path')`,
    )
    expect(seen).toEqual([])
  })
})

describe.runIf(onPostgresql)('a session of PostgreSQL that is ours', () => {
  /** Whoever asks one thing after another gets the same connection. */
  async function openQuietly(): Promise<{ database: Database; log: string[]; close(): Promise<void> }> {
    const place = await makeDatabase()
    const log: string[] = []
    const logger = createLogger('info', { write: (line) => void log.push(line) })
    const database = await openDatabase(place.url, { logger })
    const close = async () => {
      await database.close()
      await place.remove()
    }
    return { database, log, close }
  }
  const users: Statement = { name: 'users', sql: 'SELECT "id" FROM "User" WHERE "id" = ?' }
  const prepared: Statement = {
    name: 'prepared',
    sql: 'SELECT name, statement FROM pg_prepared_statements ORDER BY name',
  }

  it('keeps statements prepared, under names that tell their text', async () => {
    const { database, log, close } = await openQuietly()
    await database.query(users, ['nobody'])
    await database.query(users, ['nobody'])
    expect(await database.query(prepared)).toEqual([
      { name: expect.stringMatching(/^prepared_/), statement: prepared.sql },
      {
        name: expect.stringMatching(/^users_[0-9a-f]{16}$/),
        statement: expect.stringMatching(/^SELECT "id" FROM "t_\w+"\."User" WHERE "id" = \$1$/),
      },
    ])
    expect(log).toEqual([])
    await close()
  })

  it('and turns out to be shared costs nobody a request', async () => {
    const { database, log, close } = await openQuietly()
    await database.query(users, ['nobody'])
    await database.query({ name: 'others', sql: 'DEALLOCATE ALL' })
    expect(await database.query(users, ['nobody'])).toEqual([])
    expect(log).toEqual([expect.stringContaining('pooler')])
    await database.query(users, ['nobody'])
    expect(await database.query(prepared)).toEqual([])
    expect(log).toHaveLength(1)
    await close()
  })
})
