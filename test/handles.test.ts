import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { SqlHandleRows } from '../src/adapters/database/handle-rows.js'
import { openDatabase } from '../src/adapters/database/open-database.js'
import { PrismaPeopleRows } from '../src/adapters/database/people-rows.js'
import { romanise } from '../src/adapters/romanise.js'
import { makePerson, type Person } from '../src/emulator/emulator.js'
import { createLogger } from '../src/log.js'
import { Audit } from '../src/services/audit.js'
import { handlesOfDirectory, handlesOfNick } from '../src/services/handle-choices.js'
import { HandlePromises } from '../src/services/handle-promises.js'
import { Handles } from '../src/services/handles.js'
import { isReserved } from '../src/services/reserved-names.js'
import { createWorld, type World } from './support/world.js'

const loaded = vi.hoisted(() => ({ pinyin: 0 }))
vi.mock('pinyin-pro', async (original) => {
  loaded.pinyin += 1
  return original()
})

const ID = '3f9c2b1a-0000-4000-8000-000000000000'

async function handleOf(nick: string, id = ID): Promise<string> {
  return handlesOfNick({ nick, romanised: await romanise(nick), id })[0] ?? ''
}

async function logIn(world: World, id: string, nick: string): Promise<{ handle: string; id: string }> {
  world.dingtalk.addPerson(makePerson({ id, nick }))
  const browser = world.browser()
  await browser.logIn(id)
  return (await browser.get('/me').expect(200)).body
}

const handlesIn = async (world: World) =>
  (await world.sql('SELECT handle FROM "User" ORDER BY username')).map(({ handle }) => handle)

/** What an operator's command does, on a connection of its own. */
async function setHandle(world: World, id: string, handle: string) {
  const database = await openDatabase(world.database.url)
  try {
    const handles = new SqlHandleRows(database)
    const audit = new Audit({ log: createLogger('silent') })
    return await new HandlePromises({ promises: new PrismaPeopleRows(database), handles, audit }).set(id, handle)
  } finally {
    await database.close()
  }
}

describe('a handle', () => {
  it('needs no pinyin for a nick in ASCII, nor at a login of somebody who has one', async () => {
    const before = loaded.pinyin
    await using world = await createWorld()
    const first = await logIn(world, 'ascii', 'Zhang Wei')
    expect(first.handle).toBe(`zhang-wei-${first.id.slice(0, 4)}`)
    world.dingtalk.changePerson('ascii', { nick: '张伟' })
    await world.browser().logIn('ascii')
    expect(loaded.pinyin).toBe(before)
    expect(await handlesIn(world)).toEqual([first.handle])
    world.dingtalk.addPerson(makePerson({ id: 'han', nick: '张伟' }))
    await world.browser().logIn('han')
    expect(loaded.pinyin).toBe(before + 1)
  })

  it.each([
    ['张伟', 'zhangwei'],
    ['单雄信', 'shanxiongxin'],
    ['曾国藩', 'zengguofan'],
    ['重庆小面', 'chongqingxiaomian'],
    ['吕布', 'lvbu'],
    ['Zoë Müller', 'zoe-muller'],
    ['Иван Щукин', 'ivan-shchukin'],
    ["O'Brien", 'obrien'],
    ['12345', '12345'],
    ['😀👨‍👩‍👧🇨🇳1️⃣', '1'],
    ['😀', 'user'],
    ['', 'user'],
    ['王😀重', 'wang-zhong'],
    ['../..\\x', 'x'],
    ['长'.repeat(64), 'changchangchangchangchangch'.slice(0, 27)],
  ])('is of %s: %s and characters of the id', async (nick, name) => {
    const handle = await handleOf(nick)
    expect(handle.slice(-5)).toBe('-3f9c')
    // Which reading a character alone has does not matter here.
    if (nick.length < 64) expect(handle).toBe(`${name}-3f9c`)
    else expect(handle).toHaveLength(32)
  })

  it('has its form, and is the same each time, whatever the nick', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 64 }), fc.uuid({ version: 4 }), async (nick, id) => {
        const romanised = await romanise(nick)
        const handles = handlesOfNick({ nick, romanised, id })
        for (const handle of handles) expect(handle).toMatch(/^[a-z0-9](?=.{1,31}$)[a-z0-9._-]*[a-z0-9]$/)
        expect(new Set(handles).size).toBe(handles.length)
        expect(handlesOfNick({ nick, romanised: await romanise(nick), id })).toEqual(handles)
      }),
    )
  })

  const spellings = [
    'admin',
    'ROOT',
    'Ａdmin',
    'a.d.m.i.n',
    'аdmin',
    'ádmin',
    'adm1n',
    'r00t',
    'rооt',
    'suрроrt',
    '管理员',
  ]
  it.each(spellings)('is not made of a reserved name: %s', async (nick) => {
    expect(await handleOf(nick)).toBe('user-3f9c')
  })

  it('may hold a reserved name as a part', () => {
    for (const name of ['badmin', 'rooth', 'zhangwei']) expect(isReserved(name), name).toBe(false)
  })

  it('is not a colleague’s, whatever their nick is', async () => {
    await using world = await createWorld()
    const colleague = await logIn(world, 'colleague', '李四')
    const other = await logIn(world, 'other', colleague.handle)
    expect(other.handle).toBe(`${colleague.handle}-${other.id.slice(0, 4)}`)
    await setHandle(world, 'union-of-a-third', 'wangwu')
    const third = await logIn(world, 'third', 'wangwu')
    expect(third.handle).toBe(`wangwu-${third.id.slice(0, 4)}`)
  })

  it('is kept for life, while the nick follows DingTalk', async () => {
    await using world = await createWorld()
    const { handle } = await logIn(world, 'someone', '张伟')
    world.dingtalk.changePerson('someone', { nick: '李四' })
    await world.browser().logIn('someone')
    expect(await handlesIn(world)).toEqual([handle])
  })

  it('takes more of the id where the shorter one is somebody else’s', async () => {
    await using world = await createWorld()
    const database = await openDatabase(world.database.url)
    const handles = new Handles({ rows: new SqlHandleRows(database), romanise })
    const { id } = await logIn(world, 'someone', '张伟')
    const another = {
      id: `${id.slice(0, 4)}${randomUUID().slice(4)}`,
      nick: '张伟',
      unionId: 'x',
      userid: null,
      profile: null,
    }
    const choice = await handles.choose(another)
    await database.close()
    expect(choice.handle).toMatch(/^zhangwei-[0-9a-f]{5,}$/)
  })
})

describe('a handle where the directory is read', () => {
  const DIRECTORY = { DINGTALK_PROFILE: 'directory' }
  /** Their first login, as somebody whom the directory calls so. */
  async function handleFor(world: Pick<World, 'dingtalk' | 'browser'>, id: string, known: Partial<Person>) {
    world.dingtalk.addPerson(makePerson({ id, nick: '昵称', ...known }))
    const browser = world.browser()
    await browser.logIn(id)
    return (await browser.get('/me').expect(200)).body as { handle: string; id: string }
  }

  it.each<[string, Partial<Person>, RegExp]>([
    ['the work e-mail', { name: '张伟', orgEmail: 'Wei.Zhang@corp.example' }, /^wei\.zhang$/],
    ['the name', { name: '张伟' }, /^zhangwei$/],
    ['the name, where the mailbox is reserved', { name: '张伟', orgEmail: 'admin@corp.example' }, /^zhangwei$/],
    ['the name, where the mailbox looks reserved', { name: '张伟', orgEmail: 'r00t@corp.example' }, /^zhangwei$/],
    ['what a mailbox can be', { name: '张伟', orgEmail: "o'brien+x@corp.example" }, /^o-brien-x$/],
    ['no more than a handle has', { name: '张伟', orgEmail: `${'a'.repeat(50)}@corp.example` }, /^a{32}$/],
    ['no name that is reserved', { name: 'Ａdmin' }, /^user-[0-9a-f]{4}$/],
    ['no name that is reserved in pinyin', { name: '管理员' }, /^user-[0-9a-f]{4}$/],
    ['no mailbox and name that are reserved', { name: 'root', orgEmail: 'no-reply@c.test' }, /^user-[0-9a-f]{4}$/],
  ])('is made of %s', async (_, known, expected) => {
    await using world = await createWorld(DIRECTORY)
    expect((await handleFor(world, 'one', known)).handle).toMatch(expected)
  })

  it('has characters of the id where somebody has the name already', async () => {
    await using world = await createWorld(DIRECTORY)
    expect((await handleFor(world, 'first', { name: '张伟' })).handle).toBe('zhangwei')
    const second = await handleFor(world, 'second', { name: '张伟' })
    expect(second.handle).toBe(`zhangwei-${second.id.slice(0, 4)}`)
    const third = await handleFor(world, 'third', { name: '李四', orgEmail: 'zhangwei@corp.example' })
    expect(third.handle).toBe('lisi')
  })

  it('is of one person each, however many of one name come at once to two processes', async () => {
    await using world = await createWorld(DIRECTORY)
    const other = await world.anotherServer()
    const browsers = [world, other, world, other, world].map((server) => server.browser)
    const people = browsers.map((browser, n) =>
      handleFor({ dingtalk: world.dingtalk, browser }, `wei${n}`, { name: '张伟' }),
    )
    const handles = (await Promise.all(people)).map(({ handle }) => handle)
    expect(new Set(handles).size).toBe(5)
    expect(handles.filter((handle) => handle === 'zhangwei')).toHaveLength(1)
  })

  it('is nobody’s username, though its bearer came first', async () => {
    await using world = await createWorld(DIRECTORY)
    await handleFor(world, 'squatter', { nick: 'wei.zhang', name: '王五' })
    expect((await handleFor(world, 'wei', { name: '张伟', orgEmail: 'wei.zhang@corp.example' })).handle).toBe(
      'zhangwei',
    )
  })

  it('is nobody’s username who comes later, in a nick', async () => {
    await using world = await createWorld(DIRECTORY)
    expect((await handleFor(world, 'wei', { name: '张伟' })).handle).toBe('zhangwei')
    await handleFor(world, 'squatter', { nick: 'zhangwei', name: '王五' })
    const usernames = await world.sql('SELECT "username" FROM "User" ORDER BY "username"')
    expect(usernames.map(({ username }) => username)).toEqual(['zhangwei-2', '昵称'])
  })

  it('that is promised to somebody is nobody else’s username', async () => {
    await using world = await createWorld()
    await setHandle(world, 'the boss', 'ceo')
    const { handle } = await logIn(world, 'someone', 'ceo')
    expect(handle).not.toBe('ceo')
    expect(await world.sql('SELECT "username" FROM "User"')).toEqual([{ username: 'ceo-2' }])
  })

  it('is the one that an operator promised, and not one promised to somebody else', async () => {
    await using world = await createWorld(DIRECTORY)
    const { unionId } = makePerson({ id: 'promised', nick: 'x' })
    await setHandle(world, unionId, 'wei')
    await setHandle(world, 'union-of-another', 'zhangwei')
    const known = { name: '张伟', orgEmail: 'zhangwei@corp.example' }
    const other = await handleFor(world, 'other', known)
    expect(other.handle).toBe(`zhangwei-${other.id.slice(0, 4)}`)
    expect((await handleFor(world, 'promised', { ...known, orgEmail: 'zw@corp.example' })).handle).toBe('wei')
  })

  it('is made of the nick and the id where the directory did not answer, and is kept then', async () => {
    await using world = await createWorld(DIRECTORY)
    world.dingtalk.failNext('user/get', { errcode: -1 })
    const { handle, id } = await handleFor(world, 'one', { name: '张伟' })
    expect(handle).toBe(`nicheng-${id.slice(0, 4)}`)
    await world.browser().logIn('one')
    expect(await handlesIn(world)).toEqual([handle])
  })

  it('has its form, is not reserved and is the same each time, whatever the directory says', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 70 })
    fc.assert(
      fc.property(texts, texts, fc.uuid({ version: 4 }), (local, romanised, id) => {
        const known = { orgEmail: `${local}@corp.example`, name: romanised, romanised, id }
        const handles = handlesOfDirectory(known)
        for (const handle of handles) {
          expect(handle).toMatch(/^[a-z0-9](?=.{0,31}$)([a-z0-9._-]*[a-z0-9])?$/)
          expect(isReserved(handle)).toBe(false)
        }
        expect(handles.length).toBeGreaterThan(5)
        // So many are looked up: one more would count as free.
        expect(handles.length).toBeLessThanOrEqual(8)
        expect(handlesOfDirectory(known)).toEqual(handles)
      }),
    )
  })
})

describe('the directory’s userid', () => {
  it('is written at the first login, and again at a later one and at a recheck', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    const expected = [{ userid: world.dingtalk.person('zhangsan').userId }]
    const forget = () => world.sql('UPDATE "User" SET userid = NULL')
    expect(await world.sql('SELECT userid FROM "User"')).toEqual(expected)
    await forget()
    await world.browser().logIn('zhangsan')
    expect(await world.sql('SELECT userid FROM "User"')).toEqual(expected)
    await forget()
    world.pass(13 * 3_600_000)
    await world.sql(
      `UPDATE "Session" SET "lastSeenAt" = '${new Date(Date.now() + 13 * 3_600_000).toISOString().replace('Z', '+00:00')}'`,
    )
    await browser.get('/me').expect(200)
    expect(await world.sql('SELECT userid FROM "User"')).toEqual(expected)
  })
})

describe('people who were there before handles were', () => {
  it('have one at the start of a server, in the background', async () => {
    await using world = await createWorld()
    for (const person of ['zhangsan', 'lisi', 'zhangwei1']) await world.browser().logIn(person)
    await world.sql('UPDATE "User" SET handle = NULL')
    await world.anotherServer()
    const handles = await handlesIn(world)
    expect(handles.every((handle) => /^[a-z]+-[0-9a-f]{4}$/.test(String(handle)))).toBe(true)
    expect(new Set(handles).size).toBe(3)
  })

  it('have one from their next request on, and from their next login', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    await world.sql('UPDATE "User" SET handle = NULL')
    const { body } = await browser.get('/me').expect(200)
    expect(body.handle).toBe(`zhangsan-${body.id.slice(0, 4)}`)
    await world.sql('UPDATE "User" SET handle = NULL')
    await world.browser().logIn('zhangsan')
    expect(await handlesIn(world)).toEqual([body.handle])
  })
})

describe('the handles of users', () => {
  it('are never two, however many processes give them', async () => {
    await using world = await createWorld()
    await world.browser().logIn('zhangsan')
    await world.sql('UPDATE "User" SET handle = NULL')
    const [row] = await world.sql('SELECT id FROM "User"')
    const databases = await Promise.all([1, 2, 3].map(() => openDatabase(world.database.url)))
    const gifts = databases.map((database, n) => new SqlHandleRows(database).give(String(row?.id), `zhangsan-${n}`))
    const given = await Promise.all(gifts)
    await Promise.all(databases.map((database) => database.close()))
    expect(new Set(given).size).toBe(1)
    expect(await handlesIn(world)).toEqual([given[0]])
  })

  it('are of one user each: another’s is not given', async () => {
    await using world = await createWorld()
    for (const person of ['zhangsan', 'lisi']) await world.browser().logIn(person)
    await world.sql(`UPDATE "User" SET handle = NULL WHERE username = '李四'`)
    const users = await world.sql('SELECT id, handle FROM "User"')
    const taken = String(users.find(({ handle }) => handle !== null)?.handle)
    const id = String(users.find(({ handle }) => handle === null)?.id)
    const database = await openDatabase(world.database.url)
    expect(await new SqlHandleRows(database).give(id, taken)).toBeUndefined()
    await database.close()
  })

  it('are one for two first logins of one person at the same time', async () => {
    await using world = await createWorld()
    const browsers = [world.browser(), world.browser()]
    await Promise.all(browsers.map((browser) => browser.logIn('zhangsan')))
    const bodies = await Promise.all(browsers.map(async (browser) => (await browser.get('/me').expect(200)).body))
    expect(bodies[0]).toEqual({ ...bodies[1] })
    expect(await handlesIn(world)).toEqual([bodies[0].handle])
  })

  it('differ for two people of one nick', async () => {
    await using world = await createWorld()
    await Promise.all(['zhangwei1', 'zhangwei2'].map((person) => world.browser().logIn(person)))
    expect(new Set(await handlesIn(world)).size).toBe(2)
  })
})

describe('a handle that an operator gives', () => {
  it.each(['unionId', 'userId'] as const)(
    'is taken at the first login of this %s, and the promise is gone',
    async (by) => {
      await using world = await createWorld()
      expect(await setHandle(world, world.dingtalk.person('zhangsan')[by], 'san')).toBeUndefined()
      const browser = world.browser()
      await browser.logIn('zhangsan')
      expect((await browser.get('/me').expect(200)).body.handle).toBe('san')
      expect(await world.sql('SELECT * FROM "PromisedHandle"')).toEqual([])
    },
  )

  it('can be changed until then, and is nobody else’s meanwhile', async () => {
    await using world = await createWorld()
    const { unionId } = world.dingtalk.person('zhangsan')
    await setHandle(world, unionId, 'san')
    await setHandle(world, unionId, 'zhang.san')
    await expect(setHandle(world, 'another', 'zhang.san')).rejects.toThrow('promised to somebody else')
    await world.browser().logIn('zhangsan')
    expect(await handlesIn(world)).toEqual(['zhang.san'])
    await expect(setHandle(world, 'another', 'zhang.san')).rejects.toThrow("张三's handle")
  })

  it('changes nothing for somebody who has one', async () => {
    await using world = await createWorld()
    await world.browser().logIn('zhangsan')
    const before = await handlesIn(world)
    const { unionId, userId } = world.dingtalk.person('zhangsan')
    for (const id of [unionId, userId]) await expect(setHandle(world, id, 'san')).rejects.toThrow('keeps it for life')
    expect(await handlesIn(world)).toEqual(before)
    expect(await world.sql('SELECT * FROM "PromisedHandle"')).toEqual([])
  })

  it.each(['admin', 'r.o.o.t', 'no-reply', 'adm1n'])('cannot be given by an operator: %s', async (handle) => {
    await using world = await createWorld()
    await expect(setHandle(world, 'somebody', handle)).rejects.toThrow('reserved')
    expect(await world.sql('SELECT * FROM "PromisedHandle"')).toEqual([])
  })

  it.each(['', 'San', '张三', '-rf', '..', 'a'.repeat(33), 'a b'])(
    'must have the form of one: "%s"',
    async (handle) => {
      await using world = await createWorld()
      await expect(setHandle(world, 'somebody', handle)).rejects.toThrow('a handle')
    },
  )
})
