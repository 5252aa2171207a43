import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MigrationError } from '../src/adapters/database/migrations.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { makeDatabase, type TestDatabase } from './support/database.js'
import { byColumn, byName, readSchema, type Table } from './support/schema.js'

const PRISMA = new URL('../prisma/', import.meta.url)
const COMPILED_OPEN = new URL('../dist/adapters/database/open-database.js', import.meta.url)

const kind = process.env.TEST_DATABASE_URL ? 'postgresql' : 'sqlite'
const migrationsOf = (provider: string) =>
  readdirSync(new URL(`migrations/${provider}/`, PRISMA), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
const ours = migrationsOf(kind).map((name) => {
  const sql = readFileSync(new URL(`migrations/${kind}/${name}/migration.sql`, PRISMA))
  return { migration_name: name, checksum: createHash('sha256').update(sql).digest('hex') }
})
/** What the databases call the types of Prisma. */
const sqlTypes = {
  sqlite: {
    String: 'TEXT',
    Boolean: 'BOOLEAN',
    DateTime: 'DATETIME',
    Int: 'INTEGER',
    Count: 'INTEGER UNSIGNED',
    Moment: 'DATETIME',
  },
  postgresql: {
    String: 'text',
    Boolean: 'boolean',
    DateTime: 'timestamp(3) without time zone',
    Int: 'integer',
    Count: 'integer',
    Moment: 'timestamp with time zone',
  },
}[kind]

/** A place for one database. */
class Place implements AsyncDisposable {
  readonly #database: TestDatabase

  private constructor(database: TestDatabase) {
    this.#database = database
  }

  static async create(): Promise<Place> {
    return new Place(await makeDatabase())
  }

  get url(): string {
    return this.#database.url
  }

  /** Opens it as the server does, and closes it again. */
  async migrate(): Promise<void> {
    await (await openDatabase(this.url)).close()
  }

  query(sql: string): Promise<unknown[]> {
    return this.#database.sql(sql)
  }

  async change(sql: string): Promise<void> {
    await this.#database.sql(sql)
  }

  /** What is recorded, in the order of the migrations. */
  history(): Promise<unknown[]> {
    return this.query('SELECT migration_name, checksum FROM _prisma_migrations ORDER BY migration_name')
  }

  /** The schema, and what is recorded of how it came to be. */
  async contents(): Promise<unknown> {
    return {
      schema: await readSchema(this.#database),
      history: await this.query('SELECT * FROM _prisma_migrations ORDER BY id'),
    }
  }

  /** Leaves nothing but the table of the migrations, and nothing in that. */
  async forgetAll(): Promise<void> {
    const names = (await this.schema()).map(({ name }) => `"${name}"`).filter((name) => name !== '"_prisma_migrations"')
    // One statement for all, where the keys that lead from one to another are in the way of a single one.
    const drops = kind === 'sqlite' ? names : [names.join(', ')]
    for (const table of drops) await this.change(`DROP TABLE ${table}`)
    await this.change('DELETE FROM _prisma_migrations')
  }

  schema(): Promise<Table[]> {
    return readSchema(this.#database)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.remove()
  }
}

describe('a database that does not exist', () => {
  it('is made, with its directory and every migration in order', async () => {
    await using place = await Place.create()
    await place.migrate()
    expect(await place.history()).toEqual(ours)
  })

  it('records its history in the columns of Prisma', async () => {
    await using place = await Place.create()
    await place.migrate()
    const history = (await place.schema()).find(({ name }) => name === '_prisma_migrations')
    expect(history?.columns).toEqual([
      { name: 'id', type: sqlTypes.String, notnull: 1, pk: 1 },
      { name: 'checksum', type: sqlTypes.String, notnull: 1, pk: 0 },
      { name: 'finished_at', type: sqlTypes.Moment, notnull: 0, pk: 0 },
      { name: 'migration_name', type: sqlTypes.String, notnull: 1, pk: 0 },
      { name: 'logs', type: sqlTypes.String, notnull: 0, pk: 0 },
      { name: 'rolled_back_at', type: sqlTypes.Moment, notnull: 0, pk: 0 },
      { name: 'started_at', type: sqlTypes.Moment, notnull: 1, pk: 0 },
      { name: 'applied_steps_count', type: sqlTypes.Count, notnull: 1, pk: 0 },
    ])
    for (const row of await place.query('SELECT * FROM _prisma_migrations')) {
      expect(row).toEqual({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        finished_at: expect.any(kind === 'sqlite' ? Number : String),
        migration_name: expect.stringMatching(/^\d{14}_\w+$/),
        logs: null,
        rolled_back_at: null,
        started_at: expect.any(kind === 'sqlite' ? Number : String),
        applied_steps_count: 1,
      })
    }
  })

  it.runIf(kind === 'sqlite')('is kept in WAL mode', async () => {
    await using place = await Place.create()
    await place.migrate()
    expect(await place.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
  })
})

describe('a database that is migrated already', () => {
  it('is left as it is, with the people in it', async () => {
    await using place = await Place.create()
    await place.migrate()
    await place.change(
      `INSERT INTO "User" ("id", "unionId", "username", "nick", "createdAt", "lastLoginAt")
       VALUES ('id', 'union', '张三', '张三', '2026-08-01T08:00:00.000+00:00', '2026-08-01T08:00:00.000+00:00')`,
    )
    const before = await place.contents()
    await place.migrate()
    expect(await place.contents()).toEqual(before)
    expect(await place.query('SELECT username FROM "User"')).toEqual([{ username: '张三' }])
  })

  it('is recognised where Prisma has written its history, rolled back attempts among it', async () => {
    await using place = await Place.create()
    await place.migrate()
    await place.change(
      `UPDATE _prisma_migrations SET finished_at = '2026-08-01T08:00:00.000Z', started_at = '2026-08-01T08:00:00.000Z';
       INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at) VALUES ('failed', 'other', '20200101000000_failed', '2026-08-01T08:00:00.000Z')`,
    )
    const before = await place.contents()
    await place.migrate()
    expect(await place.contents()).toEqual(before)
  })
})

const [first] = ours
const newest = ours.at(-1)

describe('the migration after which people may be expected', () => {
  it('keeps everybody with their last login and their sessions', async () => {
    await using place = await Place.create()
    await place.migrate()
    await place.forgetAll()
    const sqlOf = (name: string) => readFileSync(new URL(`migrations/${kind}/${name}/migration.sql`, PRISMA), 'utf8')
    const names = migrationsOf(kind)
    const which = names.indexOf('20261129120000_users_data')
    for (const name of names.slice(0, which)) await place.change(sqlOf(name))
    const time = "'2026-08-01T08:00:00.000+00:00'"
    await place.change(`INSERT INTO "User" ("id", "unionId", "username", "nick", "createdAt", "lastLoginAt")
        VALUES ('id', 'union', '张三', '张三', ${time}, ${time});
      INSERT INTO "Session" ("id", "idHash", "userId", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent")
        VALUES ('session', 'hash', 'id', ${time}, ${time}, ${time}, '', '')`)
    const before = await place.query('SELECT u."lastLoginAt", s.id FROM "User" u JOIN "Session" s ON s."userId" = u.id')
    await place.change(sqlOf(names[which] ?? ''))
    expect(
      await place.query('SELECT u."lastLoginAt", s.id FROM "User" u JOIN "Session" s ON s."userId" = u.id'),
    ).toEqual(before)
    expect(before).toMatchObject([{ lastLoginAt: expect.anything(), id: 'session' }])
  })
})

describe('a history that is not ours', () => {
  const insert = (name: string) =>
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ('foreign', 'x', '${name}', '2026-08-01T08:00:00.000Z', 1)`

  it.each([
    ['of a newer version', insert('99991231235959_from_the_future'), /newer version.*99991231235959_from_the_future/],
    ['with an unknown older migration', insert('20200101000000_foreign'), /another history.*20200101000000_foreign/],
    [
      'with an unknown migration in between',
      insert(`${newest?.migration_name.slice(0, 14)}_aaa`),
      /another history.*_aaa/,
    ],
    [
      'with a migration that was changed since',
      `UPDATE _prisma_migrations SET checksum = '${'0'.repeat(64)}' WHERE migration_name = '${first?.migration_name}'`,
      /was changed/,
    ],
    [
      'with a migration that was not finished',
      `UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = '${newest?.migration_name}'`,
      /not finished/,
    ],
  ])('is refused, and nothing is changed: one %s', async (_, sql, message) => {
    await using place = await Place.create()
    await place.migrate()
    await place.change(sql)
    const before = await place.contents()

    await expect(place.migrate()).rejects.toThrow(MigrationError)
    await expect(place.migrate()).rejects.toThrow(message)
    expect(await place.contents()).toEqual(before)
  })

  it('is refused before anything is made, where only that history is there', async () => {
    await using place = await Place.create()
    await place.migrate()
    await place.forgetAll()
    await place.change(insert('99991231235959_from_the_future'))
    const before = await place.contents()
    await expect(place.migrate()).rejects.toThrow(MigrationError)
    expect(await place.contents()).toEqual(before)
  })
})

describe('a migration that fails', () => {
  it('leaves nothing behind, so that the next start can try again', async () => {
    await using place = await Place.create()
    await place.migrate()
    await place.forgetAll()
    await place.change('CREATE TABLE "Session" (x TEXT)')
    const before = await place.contents()
    await expect(place.migrate()).rejects.toThrow('already exists')
    expect(await place.contents()).toEqual(before)

    await place.change('DROP TABLE "Session"')
    await place.migrate()
    expect(await place.history()).toEqual(ours)
  })
})

/** Opens each database that it is told to, and says what came of it. */
const OPENER = `
  const { openDatabase } = await import(${JSON.stringify(COMPILED_OPEN.href)})
  process.on('message', async (url) => {
    try {
      await (await openDatabase(url)).close()
      process.send('migrated')
    } catch (error) {
      process.send(String(error))
    }
  })
  process.send('ready')
`

class Opener {
  readonly #child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', OPENER], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })

  /** What it says next. */
  async said(): Promise<unknown> {
    const [message] = await once(this.#child, 'message')
    return message
  }

  open(url: string): Promise<unknown> {
    const answer = this.said()
    this.#child.send(url)
    return answer
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.kill()
    await ended
  }
}

describe('several processes that start at once', () => {
  it('migrate an empty database once, and all of them can use it', async () => {
    if (!existsSync(COMPILED_OPEN)) throw new Error('this test runs the compiled server: npm run build')
    const openers = Array.from({ length: 4 }, () => new Opener())
    try {
      expect(await Promise.all(openers.map((opener) => opener.said()))).toEqual(openers.map(() => 'ready'))
      // Several times over: what goes wrong only now and then should not need luck to be seen.
      for (let round = 0; round < 40; round++) {
        await using place = await Place.create()
        const outcomes = await Promise.all(openers.map((opener) => opener.open(place.url)))
        expect(outcomes).toEqual(openers.map(() => 'migrated'))
        expect(await place.history()).toEqual(ours)
      }
    } finally {
      await Promise.all(openers.map((opener) => opener.close()))
    }
  }, 60_000)
})

/** The models of schema.prisma, read simply: it knows what this schema uses, and throws on anything else. */
function readModels(schema: string): Table[] {
  const bodies = [...schema.matchAll(/^model (\w+) \{\n(.*?)^\}/gms)]
  const names = new Set(bodies.map(([, name]) => name))
  return bodies.map(([, name = '', body = '']) => {
    const model: Table = { name, columns: [], indexes: [], foreignKeys: [] }
    for (const line of body.split('\n').map((text) => text.trim())) {
      if (line === '' || line.startsWith('//')) continue
      const ids = /^@@id\(\[([\w, ]+)\]\)$/
        .exec(line)?.[1]
        ?.split(',')
        .map((column) => column.trim())
      if (ids) {
        for (const column of model.columns) if (ids.includes(column.name)) column.pk = 1
        continue
      }
      const index = /^@@(index|unique)\(\[([\w, ]+)\]\)$/.exec(line)
      if (index) {
        const columns = (index[2] ?? '').split(',').map((column) => column.trim())
        const unique = index[1] === 'unique' ? 1 : 0
        const indexName = [name, ...columns, unique ? 'key' : 'idx'].join('_')
        model.indexes.push({ name: indexName, unique, columns: columns.join() })
        continue
      }
      const [, field = '', type = '', modifier = '', attributes = ''] =
        /^(\w+)\s+(\w+)(\?|\[\])?\s*(.*)$/.exec(line) ?? []
      if (names.has(type)) {
        const relation = /fields: \[(\w+)\], references: \[(\w+)\], onDelete: (\w+)/.exec(attributes)
        if (relation) {
          const [, from = '', to = '', onDelete = ''] = relation
          model.foreignKeys.push({
            table: type,
            from,
            to,
            on_delete: onDelete.replace('SetNull', 'Set Null').toUpperCase(),
            on_update: 'CASCADE',
          })
        }
        continue
      }
      const isKnown = type === 'String' || type === 'Boolean' || type === 'DateTime' || type === 'Int'
      const sqlType = isKnown ? sqlTypes[type] : undefined
      if (!sqlType) throw new Error(`this test cannot read the line of ${name}: ${line}`)
      const isId = /(^|\s)@id\b/.test(attributes)
      model.columns.push({ name: field, type: sqlType, notnull: modifier === '?' ? 0 : 1, pk: isId ? 1 : 0 })
      if (/(^|\s)@unique\b/.test(attributes)) {
        model.indexes.push({ name: `${name}_${field}_key`, unique: 1, columns: field })
      }
    }
    return model
  })
}

describe('the migrations', () => {
  it('make the schema that schema.prisma describes, beside the indexes of the search', async () => {
    await using place = await Place.create()
    await place.migrate()
    const models = readModels(readFileSync(new URL('schema.prisma', PRISMA), 'utf8'))
    for (const model of models) {
      model.columns.sort(byName)
      model.indexes.sort(byName)
      model.foreignKeys.sort(byColumn)
    }
    const tables = (await place.schema()).filter(({ name }) => name !== '_prisma_migrations')
    // Those of expressions, and of a part of the rows: schema.prisma has no words for them.
    const isOfSearch = ({ name }: { name: string }) => /^\w+_search_/.test(name)
    expect(tables.flatMap(({ indexes }) => indexes.filter(isOfSearch)).length).toBeGreaterThan(3)
    const found = tables.map(({ columns, indexes, ...table }) => ({
      ...table,
      columns: columns.sort(byName),
      indexes: indexes.filter((index) => !isOfSearch(index)),
    }))
    expect(found).toEqual(models.sort(byName))
  })

  it('of both databases have the same steps', () => {
    expect(migrationsOf('sqlite')).toEqual(migrationsOf('postgresql'))
  })

  it('are named so that their order is the order of their names', () => {
    for (const { migration_name } of ours) expect(migration_name).toMatch(/^\d{14}_[a-z0-9_]+$/)
    expect(ours.length).toBeGreaterThan(0)
  })
})
