import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runCompiled } from './support/command.js'
import { createWorld } from './support/world.js'

const COUNTS = `SELECT (SELECT count(*) FROM "User") AS people, (SELECT count(*) FROM "Session") AS sessions`

let directory = ''
let databaseUrl = ''
const place = (name: string) => path.join(directory, name)

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
  databaseUrl = `file:${place('data/login.db')}`
})
afterEach(() => rmSync(directory, { recursive: true }))

async function backUp(file: string, env: Record<string, string> = {}) {
  await using command = runCompiled('backup', {
    args: [file],
    cwd: directory,
    env: { DATABASE_URL: databaseUrl, ...env },
  })
  return { exitCode: await command.ended(), output: command.output }
}

/** What lies in the folder besides the database. */
const left = () => readdirSync(directory).filter((name) => name !== 'data')

describe('a backup', () => {
  it('is whole while people log in, and a server on it knows the same people', async () => {
    await using world = await createWorld({ DATABASE_URL: databaseUrl })
    const before = world.browser()
    await before.logIn('zhangsan')
    const { id, username } = (await before.get('/me').expect(200)).body

    let isCopying = true
    let logins = 0
    const load = async () => {
      while (isCopying) {
        await world.browser().logIn('lisi')
        logins++
      }
    }
    const loads = [load(), load()]
    const answer = await backUp('copy.db').finally(() => {
      isCopying = false
    })
    await Promise.all(loads)
    expect(answer).toMatchObject({ exitCode: 0 })
    expect(logins).toBeGreaterThan(0)
    expect(left()).toEqual(['copy.db'])
    if (process.platform !== 'win32') expect(statSync(place('copy.db')).mode & 0o777).toBe(0o600)

    const copy = new Sqlite(place('copy.db'))
    expect(copy.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }])
    const [counted] = copy.prepare(COUNTS).all() as { people: number; sessions: number }[]
    expect(counted?.people).toBeGreaterThanOrEqual(1)
    copy.close()

    await using restored = await createWorld({ DATABASE_URL: `file:${place('copy.db')}` })
    const known = restored.browser()
    await known.logIn('zhangsan')
    expect((await known.get('/me').expect(200)).body).toMatchObject({ id, username })
  })

  it('is readable by its owner alone from its first byte, whatever the umask', async () => {
    if (process.platform === 'win32') return
    await using world = await createWorld({ DATABASE_URL: databaseUrl })
    await world.browser().logIn()
    const umask = process.umask(0)
    try {
      expect(await backUp('copy.db')).toMatchObject({ exitCode: 0 })
    } finally {
      process.umask(umask)
    }
    expect(statSync(place('copy.db')).mode & 0o777).toBe(0o600)
  })

  it('never takes the place of a file', async () => {
    await using world = await createWorld({ DATABASE_URL: databaseUrl })
    await world.browser().logIn()
    writeFileSync(place('copy.db'), '')
    const { exitCode, output } = await backUp('copy.db')
    expect(exitCode).toBe(1)
    expect(output).toContain('copy.db is there already')
    expect(statSync(place('copy.db')).size).toBe(0)
    expect(left()).toEqual(['copy.db'])
  })

  it('of a broken file leaves nothing behind', async () => {
    mkdirSync(place('data'))
    writeFileSync(place('data/login.db'), 'not a database, but longer than nothing')
    const { exitCode, output } = await backUp('copy.db')
    expect(exitCode).toBe(1)
    expect(output).toContain('SQLITE_NOTADB')
    expect(left()).toEqual([])
  })

  it('needs a folder to write to, a database, and a file name', async () => {
    expect(await backUp('copy.db')).toMatchObject({ exitCode: 1, output: expect.stringContaining('no database at') })
    expect(existsSync(place('data/login.db'))).toBe(false)
    await using world = await createWorld({ DATABASE_URL: databaseUrl })
    await world.browser().logIn()
    const nowhere = await backUp('nowhere/copy.db')
    expect(nowhere).toMatchObject({ exitCode: 1, output: expect.stringContaining('cannot be written: ENOENT') })
    await using command = runCompiled('backup', { cwd: directory, env: {} })
    expect(await command.ended()).toBe(2)
  })

  it('of PostgreSQL is pg_dump’s', async () => {
    const answer = await backUp('copy.db', { DATABASE_URL: 'postgresql://login@127.0.0.1:1/login' })
    expect(answer).toMatchObject({ exitCode: 1, output: expect.stringContaining('pg_dump') })
    expect(left()).toEqual([])
  })
})
