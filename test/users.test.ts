import { describe, expect, it, vi } from 'vitest'
import type { Database } from '../src/adapters/database/database.js'
import { SqlHandleRows } from '../src/adapters/database/handle-rows.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { PrismaUserRows } from '../src/adapters/database/user-rows.js'
import { romanise } from '../src/adapters/romanise.js'
import { makePerson } from '../src/emulator/emulator.js'
import { Handles } from '../src/services/handles.js'
import { People } from '../src/services/people.js'
import type { DingTalkProfile, User } from '../src/services/ports.js'
import { Sessions } from '../src/services/sessions.js'
import { makeDatabase, type TestDatabase } from './support/database.js'
import { createWorld, FRONTEND_URL, type World } from './support/world.js'

const TWENTY = Array.from({ length: 20 }, (_, index) => index + 1)
const AT = new Date('2026-08-01T08:00:00Z')
const LATER = new Date('2026-08-02T08:00:00Z')

function profile(unionId: string, nick: string): DingTalkProfile {
  return { unionId, nick, avatarUrl: null }
}

/** A database of its own, opened by so many processes' worth of clients. */
class Registry implements AsyncDisposable {
  readonly #place: TestDatabase
  readonly #clients: Database[]

  private constructor(place: TestDatabase, clients: Database[]) {
    this.#place = place
    this.#clients = clients
  }

  static async create(clients = 1): Promise<Registry> {
    const place = await makeDatabase()
    return new Registry(place, await Promise.all(TWENTY.slice(0, clients).map(() => openDatabase(place.url))))
  }

  logIn(unionId: string, nick: string, { at = AT, client = 0 } = {}): Promise<User> {
    const database = this.#clients[client % this.#clients.length]
    if (!database) throw new Error('no such client')
    const handles = new Handles({ rows: new SqlHandleRows(database), romanise })
    const people = new People({ rows: new PrismaUserRows(database), handles, now: () => at.getTime() })
    return people.recordLogin(profile(unionId, nick), { membershipCheckedAt: null, userid: null })
  }

  rows(): Promise<unknown[]> {
    return this.#place.sql('SELECT "unionId", username, nick FROM "User" ORDER BY username')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close()
    await this.#place.remove()
  }
}

function usernamesOf(users: User[]): string[] {
  return users.map(({ username }) => username).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

const zhangWeis = TWENTY.map((n) => (n === 1 ? '张伟' : `张伟-${n}`))

describe.each([1, 2])('first logins at once, through %i clients of one file', (clients) => {
  it('of one person make one row', async () => {
    await using people = await Registry.create(clients)
    const users = await Promise.all(TWENTY.map((n) => people.logIn('union-1', '张三', { client: n })))
    expect(new Set(users.map(({ id }) => id)).size).toBe(1)
    expect(await people.rows()).toEqual([{ unionId: 'union-1', username: '张三', nick: '张三' }])
  })

  it('of twenty people with one nick give each a username of their own, without gaps', async () => {
    await using people = await Registry.create(clients)
    const users = await Promise.all(TWENTY.map((n) => people.logIn(`union-${n}`, '张伟', { client: n })))
    expect(usernamesOf(users)).toEqual(zhangWeis)
    expect(await people.rows()).toHaveLength(20)
  })
})

describe('a username', () => {
  it('is numbered in the order of the first logins', async () => {
    await using people = await Registry.create()
    const users: User[] = []
    for (const n of TWENTY) users.push(await people.logIn(`union-${n}`, '张伟'))
    expect(users.map(({ username }) => username)).toEqual(zhangWeis)
  })

  it('passes over one that somebody has as their literal nick', async () => {
    await using people = await Registry.create()
    await people.logIn('union-1', '张伟-2')
    await people.logIn('union-2', '张伟')
    expect((await people.logIn('union-3', '张伟')).username).toBe('张伟-3')
    expect((await people.logIn('union-4', '张伟-2')).username).toBe('张伟-2-2')
    expect((await people.logIn('union-5', '张伟')).username).toBe('张伟-4')
  })

  it('is kept for life, while the nick follows DingTalk', async () => {
    await using people = await Registry.create()
    const first = await people.logIn('union-1', '张三')
    const renamed = await people.logIn('union-1', '张三丰', { at: LATER })
    expect(renamed).toMatchObject({ id: first.id, username: '张三', nick: '张三丰', lastLoginAt: LATER })
    expect(await people.rows()).toEqual([{ unionId: 'union-1', username: '张三', nick: '张三丰' }])
  })

  it('is never given to someone else, not even after its owner changed their nick', async () => {
    await using people = await Registry.create()
    await people.logIn('union-1', '张三')
    await people.logIn('union-1', '李四')
    expect((await people.logIn('union-2', '张三')).username).toBe('张三-2')
    expect((await people.logIn('union-3', '李四')).username).toBe('李四')
  })

  it('does not change for a person who takes over the nick of another', async () => {
    await using people = await Registry.create()
    await people.logIn('union-1', '张三')
    const other = await people.logIn('union-2', '李四')
    const renamed = await people.logIn('union-2', '张三')
    expect(renamed).toMatchObject({ id: other.id, username: '李四', nick: '张三' })
  })

  it('is one for two spellings that look the same', async () => {
    await using people = await Registry.create()
    await people.logIn('union-1', 'Zoe\u0308')
    expect((await people.logIn('union-2', 'Zo\u00eb\u202e')).username).toBe('Zo\u00eb-2')
  })

  it('of a person without a nick is dingtalk-user, and numbered too', async () => {
    await using people = await Registry.create()
    expect((await people.logIn('union-1', '')).username).toBe('dingtalk-user')
    expect((await people.logIn('union-2', '\u202e ')).username).toBe('dingtalk-user-2')
  })

  it('of a very long nick is numbered beyond the 64 characters', async () => {
    await using people = await Registry.create()
    const nick = '😀'.repeat(80)
    expect((await people.logIn('union-1', nick)).username).toBe('😀'.repeat(64))
    expect((await people.logIn('union-2', nick)).username).toBe(`${'😀'.repeat(64)}-2`)
  })

  it.each(['\'; DROP TABLE "User"; --', '%', '_', '张伟\\', 'NULL', '__proto__'])(
    'is any text to the database: %s',
    async (nick) => {
      await using people = await Registry.create()
      expect((await people.logIn('union-1', nick)).username).toBe(nick)
      expect((await people.logIn('union-2', nick)).username).toBe(`${nick}-2`)
    },
  )
})

async function columnOf(world: World, column: string): Promise<unknown[]> {
  const rows = await world.sql(`SELECT "${column}" FROM "User" ORDER BY username`)
  return rows.map((row) => row[column])
}

describe('the whole server', () => {
  it('takes twenty browsers of one person that come back at once for one person', async () => {
    await using world = await createWorld()
    const browsers = TWENTY.map(() => world.browser())
    const callbacks = await Promise.all(browsers.map((browser) => browser.scan('zhangsan')))
    const landed = await Promise.all(browsers.map((browser, n) => browser.get(callbacks[n] ?? '').expect(302)))

    const locations = new Set(landed.map(({ headers }) => headers.location))
    expect([...locations]).toEqual([`${FRONTEND_URL}?username=${encodeURIComponent('张三')}`])
    expect(await columnOf(world, 'username')).toEqual(['张三'])
    const ids = await Promise.all(browsers.map(async (browser) => (await browser.get('/me').expect(200)).body.id))
    expect(new Set(ids).size).toBe(1)
  })

  it('takes two people of one nick and one e-mail address for two people', async () => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    const [first, second] = [world.browser(), world.browser()]
    await first.logIn('zhangwei1')
    const landed = await second.logIn('zhangwei2')
    expect(landed.headers.location).toBe(`${FRONTEND_URL}?username=${encodeURIComponent('张伟-2')}`)

    const one = (await first.get('/me').expect(200)).body
    const two = (await second.get('/me').expect(200)).body
    expect(one).toMatchObject({ username: '张伟', nick: '张伟', unionId: world.dingtalk.person('zhangwei1').unionId })
    expect(two).toMatchObject({ username: '张伟-2', nick: '张伟', unionId: world.dingtalk.person('zhangwei2').unionId })
    expect(one.id).not.toBe(two.id)
  })

  it('lands a person who was renamed under the username they had', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    world.dingtalk.changePerson('zhangsan', { nick: '张三丰' })
    const landed = await browser.logIn('zhangsan')
    expect(landed.headers.location).toBe(`${FRONTEND_URL}?username=${encodeURIComponent('张三')}`)
    const me = await browser.get('/me').expect(200)
    expect(me.body).toMatchObject({ username: '张三', nick: '张三丰' })
  })

  it.each([
    ['markup', `<script>alert(1)</script>"'&`, `<script>alert(1)</script>"'&`],
    ['a query of its own', 'x&username=admin#top?a=%41+b', 'x&username=admin#top?a=%41+b'],
    ['a header of its own', 'x\r\nSet-Cookie: sid=evil\r\n\r\n<h1>', 'xSet-Cookie: sid=evil<h1>'],
    ['a direction of its own', '\u202egnp.exe\u2069', 'gnp.exe'],
    ['a path', '../../nginx\\..', '../../nginx\\..'],
  ])('takes a nick that is %s for a nick', async (_, nick, username) => {
    await using world = await createWorld()
    world.dingtalk.addPerson(makePerson({ id: 'evil', nick }))
    const browser = world.browser()
    const landed = await browser.logIn('evil')

    const location = String(landed.headers.location)
    expect(location).toMatch(/^[\x21-\x7e]+$/)
    const url = new URL(location)
    expect(url.origin + url.pathname + url.hash).toBe(FRONTEND_URL)
    expect([...url.searchParams]).toEqual([['username', username]])
    expect([...browser.cookies.values()]).not.toContain('evil')

    const me = await browser.get('/me').set('Accept', 'application/json').expect(200)
    expect(me.headers['content-type']).toMatch(/^application\/json/)
    expect(me.body).toMatchObject({ username, nick: username })

    const verified = await browser.get('/verify').expect(204)
    const header = String(verified.headers['x-auth-request-preferred-username'])
    expect(header).toMatch(/^[\x21-\x7e]+$/)
    expect(decodeURIComponent(header)).toBe(username)
    expect(verified.headers['x-auth-request-user']).toBe(me.body.id)
  })
})

describe('a disabled person', () => {
  it('cannot log in, and nothing of theirs is touched', async () => {
    await using world = await createWorld()
    await world.browser().logIn('zhangsan')
    await world.sql(`UPDATE "User" SET "disabledAt" = "lastLoginAt"; DELETE FROM "Session"`)
    const before = await world.sql('SELECT * FROM "User"')
    world.dingtalk.changePerson('zhangsan', { nick: '张三丰' })

    const browser = world.browser()
    const callback = await browser.scan('zhangsan')
    const answer = await browser.get(callback).expect(403)
    expect(answer.body.error).toBe('account_disabled')
    expect(browser.cookie('sid')).toBeUndefined()
    expect(await world.sql('SELECT * FROM "User"')).toEqual(before)
    expect(await world.sql('SELECT * FROM "Session"')).toEqual([])

    const again = await browser.get(callback).expect(400)
    expect(again.body.error).toBe('attempt_missing')
  })

  it('is signed in no longer, from the next request on', async () => {
    await using world = await createWorld()
    const [zhangsan, lisi] = [world.browser(), world.browser()]
    await zhangsan.logIn('zhangsan')
    await lisi.logIn('lisi')
    await zhangsan.get('/me').expect(200)
    await world.sql(`UPDATE "User" SET "disabledAt" = "lastLoginAt" WHERE username = '张三'`)

    const me = await zhangsan.get('/me').expect(401)
    expect(me.body.error).toBe('unauthenticated')
    await zhangsan.get('/verify').expect(401)
    await lisi.get('/me').expect(200)
  })

  it('is not signed in by a login that had read their row just before', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan('zhangsan')
    const { open } = Sessions.prototype
    using spy = vi.spyOn(Sessions.prototype, 'open').mockImplementationOnce(async function (
      this: Sessions,
      ...session
    ) {
      // What `npm run users -- disable` does: the user first, then the sessions that there are.
      await world.sql(`UPDATE "User" SET "disabledAt" = "lastLoginAt"; DELETE FROM "Session"`)
      return open.apply(this, session)
    })
    await browser.get(callback).expect(302)
    expect(spy).toHaveBeenCalledOnce()
    expect(await world.count('Session')).toBe(1)
    await browser.get('/me').expect(401)
    await browser.get('/verify').expect(401)
    expect((await browser.get(callback).expect(400)).body.error).toBe('attempt_missing')
  })

  it('comes back as who they were when they are enabled again', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    const { id } = (await browser.get('/me').expect(200)).body
    await world.sql(`UPDATE "User" SET "disabledAt" = "lastLoginAt"`)
    const refused = await browser.get(await browser.scan('zhangsan')).expect(403)
    expect(refused.body.error).toBe('account_disabled')
    await world.sql(`UPDATE "User" SET "disabledAt" = NULL`)
    await browser.logIn('zhangsan')
    expect((await browser.get('/me').expect(200)).body).toMatchObject({ id, username: '张三' })
  })
})
