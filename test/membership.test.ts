import type { Response } from 'supertest'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ApiCall, type Fault, makePerson } from '../src/emulator/emulator.js'
import type { ErrorCode } from '../src/errors.js'
import { HOUR, MINUTE, SECOND } from '../src/time.js'
import type { Browser } from './support/browser.js'
import { asked } from './support/journal.js'
import { statuses } from './support/statuses.js'
import { createWorld, FRONTEND_URL, type World } from './support/world.js'

/** Scans, and expects this answer to the callback, nobody signed in and nothing in the database. */
async function expectOutside(world: World, personId: string, error: ErrorCode): Promise<Response> {
  const browser = world.browser()
  const callback = await browser.scan(personId)
  const answer = await browser.get(callback)
  expect({ status: answer.status, error: answer.body.error }).toEqual({ status: statuses[error], error })
  expect(browser.cookie('sid')).toBeUndefined()
  expect({ users: await world.count('User'), sessions: await world.count('Session') }).toEqual({
    users: 0,
    sessions: 0,
  })
  const again = await browser.get(callback).expect(400)
  expect(again.body.error).toBe('attempt_missing')
  return answer
}

async function expectInside(world: World, personId: string): Promise<Browser> {
  const browser = world.browser()
  const landed = await browser.logIn(personId)
  expect(landed.headers.location).toContain(`${FRONTEND_URL}?username=`)
  const me = await browser.get('/me').expect(200)
  expect(me.body.unionId).toBe(world.dingtalk.person(personId).unionId)
  return browser
}

describe.each(['qrconnect', 'oauth2'])('a login through %s, for members alone,', (DINGTALK_FLOW) => {
  it('lets an employee in', async () => {
    await using world = await createWorld({ DINGTALK_FLOW })
    await expectInside(world, 'zhangsan')
    expect(asked(world, 'getbyunionid')).toBe(1)
  })

  it('lets an employee in where the directory writes its numbers as text', async () => {
    await using world = await createWorld({ DINGTALK_FLOW })
    world.dingtalk.failNext('getbyunionid', 'string-numbers')
    await expectInside(world, 'zhangsan')
    expect(asked(world, 'getbyunionid')).toBe(1)
  })

  describe('where the person is no employee,', () => {
    let world: World
    beforeAll(async () => {
      world = await createWorld({ DINGTALK_FLOW })
    })
    beforeEach(() => world.dingtalk.clearJournal())
    afterAll(() => world[Symbol.asyncDispose]())

    it.each([
      ['waibu', 'an external contact'],
      ['wangwu', 'an outsider'],
      ['libie', 'somebody who left'],
    ])('refuses %s, %s', async (personId) => {
      await expectOutside(world, personId, 'not_a_member')
      expect(asked(world, 'getbyunionid')).toBe(1)
    })

    it('refuses an external contact where the directory writes its numbers as text', async () => {
      world.dingtalk.failNext('getbyunionid', 'string-numbers')
      await expectOutside(world, 'waibu', 'not_a_member')
    })

    it('refuses somebody without unionid, and asks no directory', async () => {
      world.dingtalk.failNext(DINGTALK_FLOW === 'oauth2' ? 'users/me' : 'getuserinfo_bycode', 'no-unionid')
      await expectOutside(world, 'zhangsan', 'not_a_member')
      expect(asked(world, 'getbyunionid')).toBe(0)
    })

    it.each(['', '   '])('refuses somebody whose unionid is %j, and asks no directory', async (unionId) => {
      if (DINGTALK_FLOW === 'oauth2') world.dingtalk.failNext('users/me', { body: { nick: 'x', unionId } })
      else {
        const body = { errcode: 0, user_info: { nick: 'x', unionid: unionId } }
        world.dingtalk.failNext('getuserinfo_bycode', { body })
      }
      await expectOutside(world, 'zhangsan', 'not_a_member')
      expect(asked(world, 'getbyunionid')).toBe(0)
    })
  })

  it('refuses somebody who left since their last login, and signs their other browsers out', async () => {
    await using world = await createWorld({ DINGTALK_FLOW })
    const signedIn = await expectInside(world, 'lisi')
    const colleague = await expectInside(world, 'zhangsan')
    const before = await world.sql('SELECT * FROM "User"')
    world.dingtalk.changePerson('lisi', { membership: 'left' })

    const browser = world.browser()
    const answer = await browser.get(await browser.scan('lisi')).expect(403)
    expect(answer.body.error).toBe('not_a_member')
    expect(browser.cookie('sid')).toBeUndefined()
    expect(await world.sql('SELECT * FROM "User"')).toEqual(before)
    expect(await world.count('Session')).toBe(1)
    await signedIn.get('/me').expect(401)
    await colleague.get('/me').expect(200)
  })

  it('signs nobody out for a doubt of the directory', async () => {
    await using world = await createWorld({ DINGTALK_FLOW })
    const signedIn = await expectInside(world, 'lisi')
    world.dingtalk.failNext('getbyunionid', { errcode: 50002 })
    const browser = world.browser()
    const answer = await browser.get(await browser.scan('lisi')).expect(502)
    expect(answer.body.error).toBe('dingtalk_misconfigured')
    await signedIn.get('/me').expect(200)
    expect(await world.count('Session')).toBe(1)
  })
})

/** A doubt, and what it is called. */
const doubts: [Fault, ErrorCode][] = [
  ['html', 'dingtalk_unavailable'],
  ['ban', 'dingtalk_unavailable'],
  ['truncated', 'dingtalk_unreadable'],
  ['too-large', 'dingtalk_unreadable'],
  ['redirect', 'dingtalk_unreadable'],
  ['reset', 'dingtalk_unavailable'],
  [{ errcode: -1 }, 'dingtalk_unavailable'],
  [{ errcode: 90018 }, 'dingtalk_unavailable'],
  [{ errcode: 60020 }, 'dingtalk_misconfigured'],
  [{ errcode: 60011 }, 'dingtalk_misconfigured'],
  [{ errcode: 40096 }, 'dingtalk_misconfigured'],
  [{ errcode: 88, sub_code: '60020' }, 'dingtalk_misconfigured'],
  [{ errcode: 88, subcodeInMessage: '90018' }, 'dingtalk_unavailable'],
  [{ errcode: 7654321 }, 'dingtalk_unreadable'],
  [{ status: 403, code: 'Forbidden.AccessDenied.QpsLimitForApi' }, 'dingtalk_unavailable'],
  [{ status: 403, code: 'Forbidden.AccessDenied.IpNotInWhiteList' }, 'dingtalk_misconfigured'],
  [{ status: 500, code: 'unknownError' }, 'dingtalk_unavailable'],
  [{ body: {} }, 'dingtalk_unreadable'],
  [{ body: { errcode: 0 } }, 'dingtalk_unreadable'],
  [{ body: null }, 'dingtalk_unreadable'],
]

const noContactTypes = [null, '', 2, -1, 0.5, '00', ' 0', 'employee', false, [0], {}, undefined]

const directoryDoubts: [Fault, ErrorCode][] = [
  ...doubts,
  [{ errcode: 50002 }, 'dingtalk_misconfigured'],
  ...noContactTypes.map((contact_type): [Fault, ErrorCode] => [
    { body: { errcode: 0, result: { contact_type, userid: 'somebody' } } },
    'dingtalk_unreadable',
  ]),
  ...[undefined, null, '', 'a\nb', 'x'.repeat(129), {}].map((userid): [Fault, ErrorCode] => [
    { body: { errcode: 0, result: { contact_type: 0, userid } } },
    'dingtalk_unreadable',
  ]),
  [{ body: { errcode: 0, result: null } }, 'dingtalk_unreadable'],
  [{ body: { errcode: 0, result: { contact_type: 0, userid: 'somebody' } }, status: 500 }, 'dingtalk_unavailable'],
  [{ body: { errcode: '60121', errmsg: '' } }, 'not_a_member'],
  [{ errcode: 88, sub_code: '60121' }, 'not_a_member'],
  [{ errcode: 88, subcodeInMessage: '60121' }, 'not_a_member'],
]

const tokenDoubts: [Fault, ErrorCode][] = [
  ...doubts,
  [{ errcode: 40089 }, 'dingtalk_misconfigured'],
  [{ body: { errcode: 0, access_token: '', expires_in: 7200 } }, 'dingtalk_unreadable'],
  [{ body: { errcode: 0, access_token: 'token' } }, 'dingtalk_unreadable'],
  [{ body: { errcode: 0, access_token: 'token', expires_in: 0 } }, 'dingtalk_unreadable'],
]

describe('a doubt of the directory', () => {
  it('lets nobody in, whatever the response', async () => {
    await using world = await createWorld()
    for (const [fault, error] of directoryDoubts) {
      world.dingtalk.clearJournal()
      world.dingtalk.failNext('getbyunionid', fault)
      await expectOutside(world, 'zhangsan', error)
      expect([fault, asked(world, 'getbyunionid')]).toEqual([fault, 1])
      expect(world.dingtalk.journal().map(({ call }) => call)).not.toContain('redirect-target')
    }
  })

  it('lets nobody in, whatever the response to the request for a token', async () => {
    await using world = await createWorld()
    for (const [fault, error] of tokenDoubts) {
      world.dingtalk.clearJournal()
      world.dingtalk.failNext('gettoken', fault)
      await expectOutside(world, 'zhangsan', error)
      expect([fault, asked(world, 'gettoken'), asked(world, 'getbyunionid')]).toEqual([fault, 1, 0])
      expect(world.dingtalk.journal().map(({ call }) => call)).not.toContain('redirect-target')
    }
  })

  it.concurrent.each(['gettoken', 'getbyunionid'] as const)(
    'lets nobody in when %s gets no response at all',
    async (call) => {
      await using world = await createWorld({ DINGTALK_TIMEOUT: '1s' })
      world.dingtalk.failNext(call, 'hang')
      await expectOutside(world, 'zhangsan', 'dingtalk_timeout')
      expect(asked(world, call)).toBe(1)
    },
  )

  it('names in the log what the operator has to look at', async () => {
    await using world = await createWorld()
    for (const [errcode, setting] of [
      [60020, /IP list/],
      [60011, /permission/],
      [50002, /contact scope/],
    ] as const) {
      world.dingtalk.failNext('getbyunionid', { errcode })
      const { body } = await expectOutside(world, 'zhangsan', 'dingtalk_misconfigured')
      const lines = world.log.filter(
        ({ requestId, event }) => requestId === body.requestId && event === 'login_refused',
      )
      expect(lines).toEqual([
        expect.objectContaining({
          call: 'getbyunionid',
          upstreamCode: String(errcode),
          setting: expect.stringMatching(setting),
        }),
      ])
    }
  })

  it('ends with its cause: the next scan comes in', async () => {
    await using world = await createWorld()
    world.dingtalk.failNext('gettoken', 'reset')
    await expectOutside(world, 'zhangsan', 'dingtalk_unavailable')
    world.dingtalk.failNext('getbyunionid', { errcode: -1 })
    await expectOutside(world, 'zhangsan', 'dingtalk_unavailable')
    await expectInside(world, 'zhangsan')
  })
})

describe('the audience of anyone', () => {
  it.each([
    ['qrconnect', 'wangwu'],
    ['qrconnect', 'waibu'],
    ['oauth2', 'libie'],
    ['oauth2', 'zhangsan'],
  ])('lets in through %s: %s, and asks no directory', async (DINGTALK_FLOW, personId) => {
    await using world = await createWorld({ DINGTALK_AUDIENCE: 'anyone', DINGTALK_FLOW })
    await expectInside(world, personId)
    expect(asked(world, 'gettoken') + asked(world, 'accessToken') + asked(world, 'getbyunionid')).toBe(0)
  })

  it.each([
    ['qrconnect', 'getuserinfo_bycode'],
    ['oauth2', 'users/me'],
  ] as const)('through %s, somebody without unionid stays outside', async (DINGTALK_FLOW, call) => {
    await using world = await createWorld({ DINGTALK_AUDIENCE: 'anyone', DINGTALK_FLOW })
    world.dingtalk.failNext(call, 'no-unionid')
    await expectOutside(world, 'zhangsan', 'dingtalk_unreadable')
  })

  it('has no session looked up', async () => {
    await using world = await createWorld({ DINGTALK_AUDIENCE: 'anyone', MEMBERSHIP_RECHECK: '1h' })
    const browser = await expectInside(world, 'wangwu')
    world.pass(2 * HOUR)
    await browser.get('/me').expect(200)
    expect(asked(world, 'gettoken') + asked(world, 'getbyunionid')).toBe(0)
  })
})

describe('the application that reads the directory', () => {
  it.each([
    ['key', { DINGTALK_CORP_APP_KEY: 'dingcorp', DINGTALK_CORP_APP_SECRET: 'emulator-secret' }],
    ['secret', { DINGTALK_CORP_APP_KEY: 'dingemulator', DINGTALK_CORP_APP_SECRET: 'of-corp' }],
  ])('is the one of DINGTALK_CORP_APP_… where that is set: its wrong %s keeps everybody out', async (_, settings) => {
    await using world = await createWorld(settings)
    const { body } = await expectOutside(world, 'zhangsan', 'dingtalk_misconfigured')
    const calls = world.dingtalk.journal().map(({ call, outcome }) => `${call} ${outcome}`)
    expect(calls).toContain('getuserinfo_bycode ok')
    expect(calls).toContain('gettoken 40096')
    expect(calls.join()).not.toContain('getbyunionid')
    const refusal = world.log.find(({ requestId, event }) => requestId === body.requestId && event === 'login_refused')
    expect(refusal).toMatchObject({ call: 'gettoken', setting: expect.stringContaining('DINGTALK_CORP_APP_') })
    expect(JSON.stringify(world.log)).not.toContain(settings.DINGTALK_CORP_APP_SECRET)
  })

  it('lets employees in when its own key and secret are right', async () => {
    await using world = await createWorld({
      DINGTALK_CORP_APP_KEY: 'dingemulator',
      DINGTALK_CORP_APP_SECRET: 'emulator-secret',
    })
    await expectInside(world, 'zhangsan')
  })

  it('is not used for the exchange', async () => {
    await using world = await createWorld({
      DINGTALK_APP_ID: 'dinglogin',
      DINGTALK_CORP_APP_KEY: 'dingemulator',
      DINGTALK_CORP_APP_SECRET: 'emulator-secret',
    })
    const browser = world.browser()
    const begun = await browser.get('/ding_url').expect(302)
    expect(new URL(String(begun.headers.location)).searchParams.get('appid')).toBe('dinglogin')
  })
})

/** Somebody who logged in an hour and a bit ago; their app token is still good. */
async function signedInAnHourAgo(settings: Record<string, string> = {}): Promise<{ world: World; browser: Browser }> {
  const world = await createWorld({ MEMBERSHIP_RECHECK: '1h', ...settings })
  const browser = await expectInside(world, 'zhangsan')
  world.pass(HOUR + 1000)
  world.dingtalk.clearJournal()
  return { world, browser }
}

describe('a session', () => {
  it('is not looked up within MEMBERSHIP_RECHECK', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h' })
    const browser = await expectInside(world, 'zhangsan')
    world.dingtalk.clearJournal()
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    world.pass(HOUR - MINUTE)
    await browser.get('/me').expect(200)
    expect(world.dingtalk.journal()).toEqual([])
  })

  it('is looked up once after it, also by ten requests at a time, and not again for as long', async () => {
    const { world, browser } = await signedInAnHourAgo()
    await using _ = world
    // As slow as the real one, so that all ten have found their session before it answers.
    world.dingtalk.failNext('getbyunionid', { delayMs: 400 })
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.get('/me')))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(asked(world, 'getbyunionid')).toBe(1)

    world.pass(HOUR - MINUTE)
    await browser.get('/me').expect(200)
    await browser.get('/verify').expect(204)
    expect(asked(world, 'getbyunionid')).toBe(1)

    world.pass(2 * MINUTE)
    await browser.get('/verify').expect(204)
    expect(asked(world, 'getbyunionid')).toBe(2)
  })

  it('is never looked up with MEMBERSHIP_RECHECK=0', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '0' })
    const browser = await expectInside(world, 'zhangsan')
    world.dingtalk.clearJournal()
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    world.pass(7 * HOUR)
    await browser.get('/me').expect(200)
    expect(world.dingtalk.journal()).toEqual([])
  })

  it('begins its hour anew with a login', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h' })
    await expectInside(world, 'zhangsan')
    world.pass(HOUR - MINUTE)
    world.dingtalk.moveClock(HOUR - MINUTE)
    const browser = await expectInside(world, 'zhangsan')
    world.dingtalk.clearJournal()
    world.pass(HOUR - MINUTE)
    await browser.get('/me').expect(200)
    expect(world.dingtalk.journal()).toEqual([])
  })
})

describe('a leaver', () => {
  it.each(['left', 'external'] as const)(
    'is signed out everywhere, on another server too, once the directory says: %s',
    async (membership) => {
      await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h' })
      const browser = await expectInside(world, 'zhangsan')
      const second = await expectInside(world, 'zhangsan')
      const colleague = await expectInside(world, 'lisi')
      const other = await world.anotherServer()
      const elsewhere = other.browser()
      for (const [name, value] of second.cookies) elsewhere.cookies.set(name, value)
      expect(await world.count('Session')).toBe(3)
      world.dingtalk.clearJournal()
      world.pass(HOUR + 1000)
      world.dingtalk.changePerson('zhangsan', { membership })

      const me = await browser.get('/me').expect(401)
      expect(me.body.error).toBe('unauthenticated')
      expect(asked(world, 'getbyunionid')).toBe(1)
      expect(await world.sql('SELECT username FROM "Session" JOIN "User" ON "User".id = "Session"."userId"')).toEqual([
        { username: '李四' },
      ])

      await second.get('/me').expect(401)
      await elsewhere.get('/me').expect(401)
      await elsewhere.get('/verify').expect(401)
      expect(asked(world, 'getbyunionid')).toBe(1)
      await colleague.get('/me').expect(200)
      const ended = world.log.filter(({ event, reason }) => event === 'session_ended' && reason === 'left')
      expect(ended).toHaveLength(2)
    },
  )

  it('is refused ten times and looked up once when they ask ten times at once', async () => {
    const { world, browser } = await signedInAnHourAgo()
    await using _ = world
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    world.dingtalk.failNext('getbyunionid', { delayMs: 400 })
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.get('/me')))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401))
    expect(asked(world, 'getbyunionid')).toBe(1)
    expect(await world.count('Session')).toBe(0)
  })

  it('can log in as who they were when they come back to the organisation', async () => {
    const { world, browser } = await signedInAnHourAgo()
    await using _ = world
    const [before] = await world.sql('SELECT id FROM "User"')
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    await browser.get('/me').expect(401)
    world.dingtalk.changePerson('zhangsan', { membership: 'employee' })
    world.dingtalk.moveClock(HOUR)
    const back = await expectInside(world, 'zhangsan')
    expect((await back.get('/me').expect(200)).body).toMatchObject({ ...before, username: '张三' })
  })
})

describe('the lookup of a session’s person', () => {
  it.each<[string, ApiCall, Fault]>([
    ['a cut connection', 'getbyunionid', 'reset'],
    ['a page', 'getbyunionid', 'html'],
    ['a missing permission', 'getbyunionid', { errcode: 60011 }],
    ['a contact scope that is too small', 'getbyunionid', { errcode: 50002 }],
    ['nonsense', 'getbyunionid', { body: { errcode: 0, result: { contact_type: 7, userid: 'somebody' } } }],
  ])('lets the session go on after %s, and is tried again a minute later', async (_, call, fault) => {
    const { world, browser } = await signedInAnHourAgo()
    await using __ = world
    world.dingtalk.failNext(call, fault)
    await browser.get('/me').expect(200)
    expect(asked(world, call)).toBe(1)
    expect(world.log.filter(({ event }) => event === 'membership_unconfirmed')).toEqual([
      expect.objectContaining({ userId: expect.any(String), call, code: expect.stringMatching(/^dingtalk_/) }),
    ])

    world.pass(59 * SECOND)
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    await browser.get('/me').expect(200)
    expect(asked(world, call)).toBe(1)

    world.pass(1000)
    const me = await browser.get('/me').expect(401)
    expect(me.body.error).toBe('unauthenticated')
    expect(asked(world, call)).toBe(2)
    expect(await world.count('Session')).toBe(0)
  })

  it('lets the session go on where there is no token to be had', async () => {
    const { world, browser } = await signedInAnHourAgo()
    await using _ = world
    world.pass(HOUR)
    world.dingtalk.failNext('gettoken', { errcode: 60121 })
    await browser.get('/me').expect(200)
    expect(asked(world, 'gettoken')).toBe(1)
    expect(asked(world, 'getbyunionid')).toBe(0)
    expect(await world.count('Session')).toBe(1)
  })

  it('lets the session go on after a second without a response, for which ten requests wait together', async () => {
    const { world, browser } = await signedInAnHourAgo({ DINGTALK_TIMEOUT: '1m' })
    await using _ = world
    world.dingtalk.failNext('getbyunionid', 'hang')
    // As slow as the real one, so that all ten have found their session before it answers.
    world.dingtalk.failNext('getbyunionid', { delayMs: 400 })
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.get('/me')))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    await browser.get('/verify').expect(204)
    expect(asked(world, 'getbyunionid')).toBe(1)
    expect(await world.count('Session')).toBe(1)
  })

  it('is tried again a minute after it was given up', async () => {
    const { world, browser } = await signedInAnHourAgo({ DINGTALK_TIMEOUT: '1s' })
    await using _ = world
    world.dingtalk.failNext('getbyunionid', 'hang')
    await browser.get('/me').expect(200)
    await vi.waitFor(() => expect(world.log.map(({ event }) => event)).toContain('membership_unconfirmed'))
    await browser.get('/me').expect(200)
    expect(asked(world, 'getbyunionid')).toBe(1)
    world.pass(MINUTE)
    await browser.get('/me').expect(200)
    expect(asked(world, 'getbyunionid')).toBe(2)
  })

  it('signs a leaver out by a late response too, when nobody waits any more', async () => {
    const { world, browser } = await signedInAnHourAgo()
    await using _ = world
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    world.dingtalk.failNext('getbyunionid', { delayMs: 3000 })
    const me = await browser.get('/me').expect(200)
    expect(await world.count('Session')).toBe(1)
    await vi.waitFor(async () => expect(await world.count('Session')).toBe(0), 5000)
    const ended = world.log.filter(({ event }) => event === 'session_ended')
    expect(ended).toEqual([
      expect.objectContaining({ reason: 'left', userId: me.body.id, requestId: me.headers['x-request-id'] }),
    ])
    await browser.get('/me').expect(401)
    expect(asked(world, 'getbyunionid')).toBe(1)
  })

  it('lets the session go on, keeps a leaver out and says so when its outcome cannot be stored', async () => {
    const { world, browser } = await signedInAnHourAgo()
    await using _ = world
    const errors = () => world.log.filter(({ msg }) => msg === 'a person could not be looked up')
    await world.database.forbid('UPDATE', 'User')
    const allowDelete = await world.database.forbid('DELETE', 'Session')
    await browser.get('/me').expect(200)
    expect(errors()).toHaveLength(1)

    world.pass(MINUTE)
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    await browser.get('/me').expect(401)
    await browser.get('/me').expect(401)
    expect(errors()).toHaveLength(3)
    await allowDelete()
    await browser.get('/me').expect(401)
    expect(await world.count('Session')).toBe(0)
  })

  it('takes no place from a login, however many people are looked up', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h', DINGTALK_TIMEOUT: '1m' })
    const browsers = Array.from({ length: 70 }, () => world.browser())
    const logins = browsers.map((browser, n) => {
      world.dingtalk.addPerson(makePerson({ id: `person-${n}`, nick: `人${n}` }))
      return browser.logIn(`person-${n}`)
    })
    await Promise.all(logins)
    world.pass(HOUR + 1000)
    world.dingtalk.clearJournal()
    world.dingtalk.failNext('getbyunionid', 'hang', 70)
    const answers = await Promise.all(browsers.map((browser) => browser.get('/me')))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(asked(world, 'getbyunionid')).toBe(16)

    world.dingtalk.moveClock(HOUR)
    world.dingtalk.failNext('getuserinfo_bycode', { errcode: 40078 })
    const browser = world.browser()
    const answer = await browser.get(await browser.scan()).expect(401)
    expect(answer.body.error).toBe('code_rejected')
  })

  it('keeps a pace that leaves DingTalk’s calls of a second to logins, and is waited for once', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h' })
    const browsers = Array.from({ length: 40 }, () => world.browser())
    for (const [n, browser] of browsers.entries()) {
      world.dingtalk.addPerson(makePerson({ id: `person-${n}`, nick: `人${n}` }))
      await browser.logIn(`person-${n}`)
    }
    world.pass(HOUR + 1000)
    world.dingtalk.clearJournal()
    const everybody = () => Promise.all(browsers.map((browser) => browser.get('/me').expect(200)))
    const begun = performance.now()
    await everybody()
    const secondsBefore = (performance.now() - begun) / 1000
    // Ten at once, and ten in each second behind them.
    expect(asked(world, 'getbyunionid')).toBeLessThanOrEqual(11 + Math.ceil(10 * secondsBefore))
    while (asked(world, 'getbyunionid') < 40) await world.dingtalk.nextCall('getbyunionid')
    expect((performance.now() - begun) / 1000).toBeGreaterThan(2.5)
    await everybody()
    expect(asked(world, 'getbyunionid')).toBe(40)
  })

  it('ends at SESSION_MAX_AGE where it never gets a response', async () => {
    const { world, browser } = await signedInAnHourAgo({ SESSION_MAX_AGE: '2h' })
    await using _ = world
    world.dingtalk.failNext('getbyunionid', 'reset', 100)
    await browser.get('/me').expect(200)
    world.pass(58 * MINUTE)
    await browser.get('/me').expect(200)
    world.pass(2 * MINUTE)
    await browser.get('/me').expect(401)
    expect(asked(world, 'getbyunionid')).toBe(2)
  })

  it('puts off nobody else when it fails for one person', async () => {
    await using world = await createWorld({ MEMBERSHIP_RECHECK: '1h' })
    const browser = await expectInside(world, 'zhangsan')
    const colleague = await expectInside(world, 'lisi')
    world.pass(HOUR + 1000)
    world.dingtalk.clearJournal()
    world.dingtalk.changePerson('lisi', { membership: 'left' })
    world.dingtalk.failNext('getbyunionid', 'reset')
    await browser.get('/me').expect(200)
    await colleague.get('/me').expect(401)
    expect(asked(world, 'getbyunionid')).toBe(2)
  })
})
