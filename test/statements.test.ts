import { describe, expect, it } from 'vitest'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { HOUR, MINUTE } from '../src/time.js'
import { addApplication } from './support/applications.js'
import { RelyingParty } from './support/relying-party.js'
import { sessionsOf } from './support/sessions.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, type World } from './support/world.js'

/** The first word and the table of a statement. */
function brief(statement: string): string {
  const [verb = ''] = statement.trim().split(/\s/, 1)
  const [, table] = /(?:FROM|INTO|UPDATE) (?:\S+\.)?[`"](\w+)[`"]/.exec(statement) ?? []
  return `${verb} ${table}`
}

/** Whether there is any application: asked once at the start, of a table with a row for each application. */
const AT_START = /"kind" IN/

/** Asked each second where there is an application, whatever anybody does. */
const EACH_SECOND = /"ApplicationSession" s/

/** What somebody does from the first login to the last click, by name, with what is asked of the database then. */
async function asked(world: World): Promise<Record<string, string[]>> {
  using recorder = new StatementRecorder()
  const browser = world.browser()
  const other = world.browser()
  const during: Record<string, string[]> = {}
  const note = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    recorder.take()
    const result = await act()
    during[name] = recorder.take()
    return result
  }
  const callback = await note('/ding_url', () => browser.scan())
  await note('a first login', () => browser.get(callback).expect(302))
  const again = await other.scan()
  await note('a later login', () => other.get(again).expect(302))
  await note('/me', () => browser.get('/me').expect(200))
  await note('/verify', () => browser.get('/verify').expect(204))
  await note('/verify of a stranger', () => world.browser().get('/verify').expect(401))
  await note('/sessions', () => browser.get('/sessions').expect(200))
  const third = await browser.scan()
  await note('a login over a session', () => browser.get(third).expect(302))
  world.pass(2 * MINUTE)
  await note('/me two minutes later', () => browser.get('/me').expect(200))
  await addApplication(world, { refreshTokens: true })
  const party = new RelyingParty(world)
  // Loads the provider, and makes its first key.
  await party.enter(browser)
  const offline = { scope: 'openid offline_access' }
  const returned = await note('an application’s request', () => party.ask(browser, offline))
  // Marks that session as used, as the others are.
  await other.get('/me').expect(200)
  await note('its first request in a session', () => party.ask(other, offline))
  const { body } = await note('its code', () => party.exchange(returned.get('code')))
  await note('its userinfo', () => party.userinfo(body.access_token))
  await note('its refresh', () => party.refresh(body.refresh_token))
  await note('its introspection', () => party.introspect(body.access_token))
  await addApplication(world, { id: 'wiki', kind: 'proxy', redirectUris: [], secretHash: null })
  // Reads the rules.
  await browser.get('/verify?app=wiki').expect(204)
  await note('/verify?app=', () => browser.get('/verify?app=wiki').expect(204))
  await note('DELETE /sessions', () => browser.delete('/sessions').expect(204))
  await note('/logout', () => browser.post('/logout').expect(204))
  await note('the removal of what is over', async () => {
    const database = await openDatabase(world.database.url)
    recorder.take()
    await sessionsOf(database, { idleTimeoutMs: HOUR, maxAgeMs: HOUR }).removeOver()
    await database.close()
  })
  return during
}

describe('the statements of what a person does', () => {
  it('are as few as this: one for /me and /verify each, two for a login, three for a first one', async () => {
    await using world = await createWorld()
    const counts = Object.entries(await asked(world)).map(([name, statements]) => [
      name,
      statements.filter((statement) => !AT_START.test(statement) && !EACH_SECOND.test(statement)).map(brief),
    ])
    expect(Object.fromEntries(counts)).toEqual({
      '/ding_url': [],
      'a first login': ['UPDATE User', 'INSERT User', 'INSERT Session'],
      'a later login': ['UPDATE User', 'INSERT Session'],
      '/me': ['SELECT Session'],
      '/verify': ['SELECT Session'],
      '/verify of a stranger': [],
      '/sessions': ['SELECT Session', 'SELECT Session'],
      'a login over a session': ['UPDATE User', 'SELECT Session', 'INSERT Session', 'DELETE Session'],
      '/me two minutes later': ['SELECT Session', 'UPDATE Session'],
      'DELETE /sessions': ['SELECT Session', 'DELETE Session'],
      '/logout': ['SELECT Session', 'DELETE Session'],
      'an application’s request': [
        'SELECT Session',
        'SELECT AccessRevision',
        'SELECT ApplicationSession',
        'INSERT OpenidRecord',
      ],
      'its first request in a session': [
        'SELECT Session',
        'SELECT AccessRevision',
        'SELECT ApplicationSession',
        'INSERT ApplicationSession',
        'INSERT OpenidRecord',
      ],
      'its code': [
        'SELECT AccessRevision',
        'SELECT OpenidRecord',
        'UPDATE OpenidRecord',
        'SELECT Session',
        'INSERT OpenidRecord',
        'INSERT OpenidRecord',
      ],
      'its userinfo': ['SELECT OpenidRecord', 'SELECT AccessRevision', 'SELECT Session'],
      'its refresh': ['SELECT AccessRevision', 'SELECT OpenidRecord', 'SELECT Session', 'INSERT OpenidRecord'],
      '/verify?app=': ['SELECT Session'],
      'its introspection': ['SELECT AccessRevision', 'SELECT OpenidRecord', 'SELECT OpenidRecord', 'SELECT Session'],
      'the removal of what is over': ['DELETE Session', 'DELETE Session', 'DELETE Session', 'SELECT Session'],
    })
  })

  it('find their rows by an index, but for those that insert', async () => {
    await using world = await createWorld()
    const statements = new Set(Object.values(await asked(world)).flat())
    expect(statements.size).toBeGreaterThan(10)
    for (const statement of statements) {
      if (/^\s*INSERT/.test(statement) || AT_START.test(statement)) continue
      expect(await planOf(world, statement), statement).not.toMatch(/\b(SCAN (?!sub)|Seq Scan)/)
    }
  })
})

/** How the database would run it. */
async function planOf({ database }: World, statement: string): Promise<string> {
  if (database.kind === 'sqlite') {
    const values = statement.replaceAll(/ LIMIT \? OFFSET \?/g, ' LIMIT 1 OFFSET 0').replaceAll('?', "'x'")
    return JSON.stringify(await database.sql(`EXPLAIN QUERY PLAN ${values}`))
  }
  // Without rows PostgreSQL would rather read the whole table, unless it is told not to.
  await database.sql(
    `SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; PREPARE asked AS ${statement}`,
  )
  const count = new Set(statement.match(/\$\d+/g)).size
  const values = count > 0 ? `(${Array(count).fill('NULL').join(', ')})` : ''
  const plan = await database.sql(`EXPLAIN EXECUTE asked ${values}`)
  await database.sql('DEALLOCATE asked')
  return JSON.stringify(plan)
}
