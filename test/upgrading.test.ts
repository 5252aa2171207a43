import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { createWorld } from './support/world.js'

const upgrading = readFileSync(new URL('../docs/upgrading.md', import.meta.url), 'utf8')

const postgresql = process.env.TEST_DATABASE_URL
/** The page's own commands are scripts of the package, which the test's folder is not. */
const PROGRAM = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
/** Read anew at the next login. */
const READ_AGAIN = ['membershipCheckedAt', 'profile', 'profileReadAt']

const DIRECTORY = { DINGTALK_PROFILE: 'directory' }

describe.runIf(postgresql)('the way from SQLite to PostgreSQL', () => {
  it('keeps who has which username and mailbox, and who is disabled', async () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    mkdirSync(path.join(directory, 'data'))
    const file = path.join(directory, 'data/login.db')
    const server = postgresql ?? ''
    const schema = `t_${randomUUID().replaceAll('-', '')}`
    const address = new URL(server)
    address.searchParams.set('schema', schema)
    const admin = new pg.Client({ connectionString: server })
    await admin.connect()
    try {
      const before = await (async () => {
        await using old = await createWorld({ DATABASE_URL: `file:${file}`, ...DIRECTORY })
        await old.browser().logIn('zhangsan')
        await old.browser().logIn('lisi')
        const database = new Sqlite(file)
        // What a table of commas could spoil.
        const odd = `'a, "b"; \\N 🙂'`
        database.exec(`UPDATE "User" SET username = ${odd}, nick = ${odd} WHERE username = '张三';
                       UPDATE "User" SET disabledAt = lastLoginAt WHERE username = '李四'`)
        const rows = database.prepare('SELECT * FROM "User" ORDER BY id').all() as Record<string, string | null>[]
        database.close()
        return rows
      })()
      expect(before).toHaveLength(2)

      await using world = await createWorld({ DATABASE_URL: address.href, ...DIRECTORY })
      const [, commands = ''] = /```sh move-people\n(.*?)```/s.exec(upgrading) ?? []
      const env = { ...process.env, DATABASE_URL: address.href }
      const script = commands.replaceAll('npm run users --', `"${process.execPath}" "${PROGRAM}" users`)
      const output = execFileSync('sh', ['-ec', script], { cwd: directory, env, encoding: 'utf8' })
      expect(output).toContain('added: 2')

      const { rows } = await admin.query(`SELECT to_jsonb("User") AS person FROM ${schema}."User" ORDER BY id`)
      // PostgreSQL keeps them without a zone.
      const after = rows.map(({ person }) => withTimes(person, (time) => `${time}Z`))
      expect(after).toEqual(before.map((person) => withTimes(person, (time) => time)))

      const { rows: mailboxes } = await admin.query(`SELECT address FROM ${schema}."WorkEmail" ORDER BY address`)
      expect(mailboxes).toEqual([{ address: 'lisiyuan@corp.example' }, { address: 'zhangsan@corp.example' }])

      const landed = await world.browser().logIn('zhangsan')
      expect(new URL(landed.headers.location ?? '').searchParams.get('username')).toBe('a, "b"; \\N 🙂')
      const browser = world.browser()
      const refused = await browser.get(await browser.scan('lisi')).expect(403)
      expect(refused.body.error).toBe('account_disabled')
    } finally {
      await admin.query(`SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${schema} CASCADE`)
      await admin.end()
      rmSync(directory, { recursive: true })
    }
  })
})

/** The person with points in time, where the database has texts. */
function withTimes(person: Record<string, string | null>, complete: (time: string) => string) {
  const entries = Object.entries(person).filter(([name]) => !READ_AGAIN.includes(name))
  const isTime = (name: string, value: string | null) => /At$/.test(name) && value !== null
  return Object.fromEntries(
    entries.map(([name, value]) => [name, isTime(name, value) ? new Date(complete(value ?? '')) : value]),
  )
}
