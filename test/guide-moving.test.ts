import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { read } from './support/documents.js'
import { createPlace, type Place } from './support/operator-place.js'
import { isInstalled } from './support/proxy.js'
import { RelyingParty } from './support/relying-party.js'
import { createWorld } from './support/world.js'

const guide = read('docs/guides/moving.md')
const OLD_SECRET = 'a-secret-that-the-old-login-has-made-0001'

/** The block of the guide with these words behind its fence. */
function blockOf(words: string): string {
  const block = new RegExp(`\`\`\`${words}\n(.*?)\`\`\``, 's').exec(guide)?.[1]
  if (!block) throw new Error(`there is no block ${words}`)
  return block
}

/** What is here after lines of the guide's making have been brought in. */
async function imported(place: Place, lines: string) {
  const { exitCode, printed } = await place.users('import', place.write('people.jsonl', lines))
  expect(exitCode, printed).toBe(0)
  const { printed: all } = await place.users('export')
  const people = all.split('\n').filter((line) => line !== '')
  return people.map((line) => JSON.parse(line)).sort((a, b) => (a.unionId < b.unionId ? -1 : 1))
}

const PROGRAMS = ['jq', 'sqlite3', 'psql'].filter((program) => !isInstalled(program, '--version'))
if (PROGRAMS.length > 0) console.log(`skipped: what the guide makes with ${PROGRAMS.join(', ')}, not installed`)

describe('docs/guides/moving.md', { timeout: 60_000 }, () => {
  it('keeps username, handle and the id that an application knows, whose old secret counts', async () => {
    await using place = await createPlace()
    await using world = await createWorld({ DATABASE_URL: place.database.url })
    const line = /^\{"unionId".*$/m.exec(guide)?.[0] ?? ''
    expect(JSON.parse(line).unionId).toBe(world.dingtalk.person('zhangsan').unionId)
    await imported(place, line)
    const hashing = /node -p "(.*)"/.exec(guide)?.[1]?.replace('THE-OLD-SECRET', OLD_SECRET) ?? ''
    const hash = execFileSync(process.execPath, ['-p', hashing], { encoding: 'utf8' }).trim()
    const applied = await place.apps('apply', place.write('apps.yaml', blockOf('yaml apps').replace('HASH', hash)))
    expect(applied.exitCode, applied.output).toBe(0)

    const redirectUri = 'https://grafana.example.com/login/generic_oauth'
    const party = new RelyingParty(world, { id: 'old-client-id', secret: OLD_SECRET, redirectUri })
    const returned = await party.askAndLogIn(world.browser())
    const { body } = await party.exchange(returned.get('code'))
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString())
    expect(claims).toMatchObject({ sub: '5f1c2a3b-old-sub', preferred_username: 'san' })
  })

  it.runIf(isInstalled('jq', '--version'))('reads what Casdoor gives', async () => {
    await using place = await createPlace()
    const user = {
      owner: 'org',
      displayName: '张三',
      avatar: '',
      createdTime: '2024-05-01T10:00:00+08:00',
      isForbidden: false,
    }
    const properties = (unionId: string) => ({ oauth_DingTalk_id: 'open', oauth_DingTalk_unionId: unionId })
    const data = [
      { ...user, id: 'ad0f4b1e-7a0b-4e36-9d4c-1f0a3f6f2c11', name: 'zhangsan', properties: properties('u-1') },
      {
        ...user,
        id: 'ad0f4b1e-7a0b-4e36-9d4c-1f0a3f6f2c12',
        name: '李四',
        properties: properties('u-2'),
        isForbidden: true,
      },
      { ...user, id: 'ad0f4b1e-7a0b-4e36-9d4c-1f0a3f6f2c13', name: 'nobody', properties: {}, dingtalk: 'open' },
    ]
    const filter = place.write('casdoor.jq', blockOf('jq casdoor'))
    for (const json of [data, { status: 'ok', data }]) {
      const file = place.write('casdoor.json', JSON.stringify(json))
      const people = await imported(place, execFileSync('jq', ['-c', '-f', filter, file], { encoding: 'utf8' }))
      expect(people).toEqual([
        expect.objectContaining({
          unionId: 'u-1',
          id: data[0]?.id,
          username: 'zhangsan',
          handle: 'zhangsan',
          nick: '张三',
        }),
        expect.objectContaining({ unionId: 'u-2', username: '李四', disabledAt: expect.any(String) }),
      ])
      expect(people[0]).toMatchObject({ createdAt: '2024-05-01T02:00:00.000Z' })
    }
  })

  it.runIf(process.env.TEST_DATABASE_URL && isInstalled('psql', '--version'))('reads what Logto keeps', async () => {
    await using place = await createPlace()
    const client = new pg.Client({ connectionString: process.env.TEST_DATABASE_URL })
    await client.connect()
    const schema = `logto_${process.pid}`
    await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema};
      CREATE TABLE users (id varchar(12), username varchar(128), name varchar(128), avatar varchar(2048),
        identities jsonb, is_suspended boolean, created_at timestamptz);
      INSERT INTO users VALUES
        ('abc123def456', 'zhangsan', '张三', 'https://a.test/1', '{"dingtalk": {"userId": "u-1"}}', false, '2024-05-01 10:00:00+08'),
        ('abc123def457', NULL, '张伟', NULL, '{"dingtalk": {"userId": "u-2"}}', false, '2024-05-02 10:00:00+08'),
        ('abc123def458', NULL, '张伟', NULL, '{"dingtalk": {"userId": "u-3"}}', true, '2024-05-03 10:00:00+08'),
        ('abc123def459', 'other', NULL, NULL, '{}', false, '2024-05-03 10:00:00+08')`)
    try {
      const env = { ...process.env, PGOPTIONS: `-c search_path=${schema}` }
      const args = [process.env.TEST_DATABASE_URL ?? '', '-At', '-f', place.write('logto.sql', blockOf('sql logto'))]
      const people = await imported(place, execFileSync('psql', args, { env, encoding: 'utf8' }))
      expect(people.map(({ unionId, id, username }) => [unionId, id, username])).toEqual([
        ['u-1', 'abc123def456', 'zhangsan'],
        ['u-2', 'abc123def457', '张伟'],
        ['u-3', 'abc123def458', '张伟-2'],
      ])
      expect(people[2]?.disabledAt).toBeTruthy()
      expect(people[0]).toMatchObject({ handle: 'zhangsan', createdAt: '2024-05-01T02:00:00.000Z' })
    } finally {
      await client.query(`SET client_min_messages = warning; DROP SCHEMA ${schema} CASCADE`)
      await client.end()
    }
  })

  it.runIf(isInstalled('sqlite3', '--version'))('reads a table of users of one’s own', async () => {
    await using place = await createPlace()
    const old = new Sqlite(path.join(place.directory, 'app.db'))
    old.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, unionid TEXT, name TEXT, created_at TEXT);
              INSERT INTO users VALUES (1, 'u-1', '张"三', '2024-05-01 02:00:00'), (2, '', 'x', NULL)`)
    old.close()
    const command = blockOf('sh own').replace(' > people.jsonl', '')
    writeFileSync(path.join(place.directory, 'run.sh'), command)
    const lines = execFileSync('sh', ['run.sh'], { cwd: place.directory, encoding: 'utf8' })
    expect(await imported(place, lines)).toMatchObject([
      { unionId: 'u-1', username: '张"三', createdAt: '2024-05-01T02:00:00.000Z' },
    ])
  })
})
