import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Database } from '../src/adapters/database/database.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { createWorld } from './support/world.js'

const AUTOMATIC = { name: 'checkpoint_setting', sql: 'PRAGMA wal_autocheckpoint' }
const ADD = { name: 'former_add', sql: `INSERT INTO "FormerName" ("hash") VALUES (?)` }
const MANY_PAGES = 1500
const LONG = 'x'.repeat(4000)

const onSqlite = !process.env.TEST_DATABASE_URL
if (!onSqlite) console.log('skipped: the checkpoints of an SQLite file; PostgreSQL makes its own')

describe.runIf(onSqlite)('the checkpoints of an SQLite file', () => {
  let directory = ''
  let file = ''

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    file = path.join(directory, 'login.db')
  })
  afterEach(() => {
    vi.restoreAllMocks()
    rmSync(directory, { recursive: true })
  })

  /** So many pages that a connection which makes checkpoints makes one. */
  async function writeMuch(database: Database): Promise<void> {
    for (let n = 0; n < MANY_PAGES; n++) await database.query(ADD, [`${n}${LONG}`])
  }

  async function isAutomatic(database: Database): Promise<boolean> {
    const [row] = await database.query<{ wal_autocheckpoint: number }>(AUTOMATIC)
    return row?.wal_autocheckpoint !== 0
  }

  async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await isSo())) await turn()
  }

  it('are made by another thread where requests are served, and no statement waits for one', async () => {
    const database = await openDatabase(`file:${file}`)
    expect(await isAutomatic(database)).toBe(true)
    database.serve(0)
    await until(async () => !(await isAutomatic(database)))
    const sizeBefore = statSync(file).size
    await writeMuch(database)
    await until(() => statSync(file).size > sizeBefore + MANY_PAGES * LONG.length)
    await database.close()
    expect(existsSync(`${file}-wal`)).toBe(false)
    const copied = new Sqlite(file)
    expect(copied.prepare('SELECT count(*) AS "count" FROM "FormerName"').get()).toEqual({ count: MANY_PAGES })
    copied.close()
  })

  it('are left to it by a server', async () => {
    const serve = vi.spyOn(Database.prototype, 'serve')
    await using _ = await createWorld()
    expect(serve).toHaveBeenCalledOnce()
  })

  it('are left by Prisma’s connection as well', async () => {
    const database = await openDatabase(`file:${file}`)
    database.serve()
    const settings = await database.prisma((prisma) => prisma.$queryRaw`PRAGMA wal_autocheckpoint`)
    expect(settings).toMatchObject([{ wal_autocheckpoint: 0n }])
    await database.close()
  })

  it('are made by those who write again, where that thread has come to its end', async () => {
    const threads: Worker[] = []
    vi.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
      threads.push(this)
    })
    const database = await openDatabase(`file:${file}`)
    database.serve(0)
    await until(async () => !(await isAutomatic(database)))
    await threads[0]?.terminate()
    await until(() => isAutomatic(database))
    await database.close()
  })

  it('are left to those who write in a command', async () => {
    const database = await openDatabase(`file:${file}`)
    const sizeBefore = statSync(file).size
    await writeMuch(database)
    expect(statSync(file).size).toBeGreaterThan(sizeBefore)
    await database.close()
  })
})
