import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ApiCall, Fault } from '../src/emulator/emulator.js'
import { type ErrorCode, errorTable } from '../src/errors.js'
import { SECOND } from '../src/time.js'
import { statuses } from './support/statuses.js'
import { createWorld, type World } from './support/world.js'

/** A way in which DingTalk fails, and what becomes of it. */
interface Row {
  fault: Fault
  error: ErrorCode
  /** What the log names; without it, DingTalk's code. */
  upstream?: RegExp
  setting?: RegExp
}

const oapi = (errcodes: number[], error: ErrorCode, setting?: RegExp): Row[] =>
  errcodes.map((errcode) => ({ fault: { errcode }, error, ...(setting && { setting }) }))
const api = (status: number, codes: string[], error: ErrorCode, setting?: RegExp): Row[] =>
  codes.map((code) => ({ fault: { status, code }, error, ...(setting && { setting }) }))
const odd = (upstream: RegExp, error: ErrorCode, ...bodies: unknown[]): Row[] =>
  bodies.map((body) => ({ fault: { body }, error, upstream }))

const oapiTable: Row[] = [
  ...oapi([40078, 42008, 40102, 40029, 42003, 40091], 'code_rejected'),
  ...oapi([41026, 853001, 40035], 'dingtalk_misconfigured', /bug/),
  ...oapi([43002, 43003, 43004, 43005, 43006, 43007, 43008, 43009], 'dingtalk_misconfigured', /bug/),
  ...oapi([47001, 22], 'dingtalk_misconfigured', /bug/),
  ...oapi([853002], 'dingtalk_misconfigured', /clock/),
  ...oapi([853003, 40086, 40096, 40089], 'dingtalk_misconfigured', /DINGTALK_APP_ID.*DINGTALK_APP_SECRET/),
  ...oapi([853004], 'dingtalk_misconfigured', /DINGTALK_APP_SECRET/),
  ...oapi([50001], 'dingtalk_misconfigured', /PUBLIC_URL/),
  ...oapi([50003, 50005, 60011], 'dingtalk_misconfigured', /permission.*disabled/),
  ...oapi([60020], 'dingtalk_misconfigured', /IP list/),
  ...oapi([-1, 90018, 90002, 90001, 90003, 90004, 90005, 90006, 90007, 90008], 'dingtalk_unavailable'),
  ...oapi([90009, 90010, 90011, 90012, 90013, 90014, 90017, 90020], 'dingtalk_unavailable'),
  ...oapi([7654321], 'dingtalk_unreadable'),
]

const oapiBodies: Row[] = [
  ...odd(/no error code/, 'dingtalk_unreadable', {}, [], null, 0, 'ok', { user_info: { nick: 'x', unionid: 'y' } }),
  ...odd(/no error code/, 'dingtalk_unreadable', { errcode: null }, { errcode: 'busy' }, { errcode: 1.5 }),
  ...odd(/no error code/, 'dingtalk_unreadable', { errcode: '' }, { errcode: false }, { errcode: [0] }),
  ...odd(/^40078$/, 'code_rejected', { errcode: '40078', errmsg: '不存在的临时授权码' }),
  ...odd(/^-1$/, 'dingtalk_unavailable', { errcode: '-1', errmsg: '系统繁忙' }),
  ...odd(/user_info/, 'dingtalk_unreadable', { errcode: 0 }, { errcode: 0, user_info: null }),
  ...odd(/nick/, 'dingtalk_unreadable', { errcode: 0, user_info: { nick: 7, unionid: 'u' } }),
  ...odd(/unionid/, 'dingtalk_unreadable', { errcode: 0, user_info: { nick: 'x', unionid: 7 } }),
  ...odd(/unionid/, 'dingtalk_unreadable', { errcode: 0, user_info: { nick: 'x', unionid: 'u\u0000' } }),
  ...odd(/unionid/, 'dingtalk_unreadable', { errcode: 0, user_info: { nick: 'x', unionid: 'u\ud800' } }),
]

const subCodes: Row[] = [
  { fault: { errcode: 88, sub_code: '40078' }, error: 'code_rejected', upstream: /^40078$/ },
  { fault: { errcode: 88, subcodeInMessage: '42008' }, error: 'code_rejected', upstream: /^42008$/ },
  {
    fault: { errcode: 88, sub_code: '60020' },
    error: 'dingtalk_misconfigured',
    upstream: /^60020$/,
    setting: /IP list/,
  },
  {
    fault: { errcode: 88, subcodeInMessage: '60020' },
    error: 'dingtalk_misconfigured',
    upstream: /^60020$/,
    setting: /IP list/,
  },
  {
    fault: { errcode: 88, subcodeInMessage: '853002' },
    error: 'dingtalk_misconfigured',
    upstream: /^853002$/,
    setting: /clock/,
  },
  { fault: { errcode: 88, sub_code: '90018' }, error: 'dingtalk_unavailable', upstream: /^90018$/ },
  { fault: { errcode: 88, subcodeInMessage: '-1' }, error: 'dingtalk_unavailable', upstream: /^-1$/ },
  {
    fault: { body: { errcode: 88, sub_code: 90018, errmsg: '' } },
    error: 'dingtalk_unavailable',
    upstream: /^90018$/,
  },
]

const apiTable: Row[] = [
  ...api(400, ['invalidParameter.authCode.notFound', 'invalidCode'], 'code_rejected'),
  ...api(409, ['invalidCode'], 'code_rejected'),
  ...api(400, ['invalidClientIdOrSecret', 'invalid.client'], 'dingtalk_misconfigured', /DINGTALK_APP_ID/),
  ...api(401, ['unauthorized.client'], 'dingtalk_misconfigured', /DINGTALK_APP_ID/),
  ...api(400, ['InvalidAuthentication', 'AuthenticationFailed.MissingParameter'], 'dingtalk_misconfigured', /token/),
  ...api(
    403,
    ['QpsLimitForApi', 'QpsLimitForAppkeyAndApi', 'QpmLimitForAppkeyAndApi', 'ApiCountLimitForOrg'].map(
      (limit) => `Forbidden.AccessDenied.${limit}`,
    ),
    'dingtalk_unavailable',
  ),
  ...api(429, ['system.busy', 'systemBusy'], 'dingtalk_unavailable'),
  ...api(403, ['Forbidden.AccessDenied.AccessTokenPermissionDenied'], 'dingtalk_misconfigured', /permission/),
  ...api(403, ['Forbidden.AccessDenied.IpNotInWhiteList'], 'dingtalk_misconfigured', /IP list/),
  ...api(500, ['unknownError', 'systemError.unknown'], 'dingtalk_unavailable'),
  ...api(503, ['unknownError', 'systemError.timeout'], 'dingtalk_unavailable'),
  ...api(400, ['neverHeardOf.this'], 'dingtalk_unreadable'),
]

const broken: Row[] = [
  { fault: 'html', error: 'dingtalk_unavailable', upstream: /page/ },
  { fault: 'ban', error: 'dingtalk_unavailable', upstream: /banned/ },
  { fault: 'truncated', error: 'dingtalk_unreadable', upstream: /not JSON/ },
  { fault: 'too-large', error: 'dingtalk_unreadable', upstream: /1 MB/ },
  { fault: 'redirect', error: 'dingtalk_unreadable', upstream: /redirect/ },
  { fault: 'reset', error: 'dingtalk_unavailable', upstream: /ECONNRESET/ },
]

/** What each flow asks DingTalk in a login, in this order, before the directory. */
const flows: { flow: string; calls: ApiCall[] }[] = [
  { flow: 'qrconnect', calls: ['getuserinfo_bycode'] },
  { flow: 'oauth2', calls: ['userAccessToken', 'users/me'] },
]

/** Lets a login fail once, and checks all that must not have happened, first and at a second try. */
async function expectFailure(world: World, call: ApiCall, calls: ApiCall[], row: Row): Promise<void> {
  const browser = world.browser()
  const callback = await browser.scan('zhangsan')
  world.dingtalk.clearJournal()
  world.dingtalk.failNext(call, row.fault)
  const cookies = [...browser.cookies]

  const answer = await browser.get(callback)
  expect(answer.body).toEqual({
    error: row.error,
    message: errorTable[row.error].message,
    requestId: answer.headers['x-request-id'],
  })
  expect(answer.status).toBe(statuses[row.error])
  if (row.error === 'dingtalk_unavailable') expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
  else expect(answer.headers).not.toHaveProperty('retry-after')

  expect(browser.cookie('sid')).toBeUndefined()
  expect(browser.cookie('login.')).toBeUndefined()
  await expectNobody(world)
  const asked = calls.slice(0, calls.indexOf(call) + 1)
  expect(world.dingtalk.journal().map((entry) => entry.call)).toEqual(asked)

  const upstream = row.upstream ?? new RegExp(`^${upstreamCode(row.fault).replaceAll('.', '\\.')}$`)
  const refusals = world.log.filter(
    (line) => line.requestId === answer.body.requestId && line.event === 'login_refused',
  )
  expect(refusals).toEqual([
    expect.objectContaining({ code: row.error, call, upstreamCode: expect.stringMatching(upstream) }),
  ])
  if (row.error === 'dingtalk_misconfigured') expect(refusals[0]?.setting).toMatch(row.setting ?? /./)
  else expect(refusals[0]).not.toHaveProperty('setting')

  // Tried again by a browser that the answer did not reach, so that it has its cookie still.
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  const again = await browser.get(callback).expect(400)
  expect(again.body.error).toBe('attempt_missing')
  expect(world.dingtalk.journal()).toHaveLength(asked.length)
  await expectNobody(world)
}

async function expectNobody(world: World): Promise<void> {
  expect({ users: await world.count('User'), sessions: await world.count('Session') }).toEqual({
    users: 0,
    sessions: 0,
  })
}

function upstreamCode(fault: Fault): string {
  if (typeof fault === 'object' && 'errcode' in fault) return String(fault.errcode)
  if (typeof fault === 'object' && 'code' in fault) return fault.code
  throw new Error('this row needs its `upstream`')
}

const title = (row: Row) => ({ ...row, named: JSON.stringify(row.fault) })

describe.each(flows)('a failing exchange through $flow', ({ flow, calls }) => {
  let world: World
  beforeAll(async () => {
    world = await createWorld({ DINGTALK_FLOW: flow, RATE_LIMIT_PER_MINUTE: '100000' })
  })
  // So many failures in a row would have DingTalk left alone for a few seconds.
  beforeEach(() => {
    world.pass(10 * SECOND)
    world.dingtalk.moveClock(10 * SECOND)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  describe.each(calls)('at %s', (call) => {
    const table =
      flow === 'qrconnect'
        ? [...oapiTable, ...subCodes, ...oapiBodies]
        : [...apiTable, ...odd(/unexpected/, 'dingtalk_unreadable', [], null, 'ok')]
    it.each([...table, ...broken].map(title))('turns $named into $error, and lets nobody in', async (row) => {
      await expectFailure(world, call, calls, row)
    })
  })
})

describe('a response that looks good', () => {
  it.each([
    [500, 'dingtalk_unavailable'],
    [403, 'dingtalk_unreadable'],
  ] as const)('logs nobody in when its HTTP status is %i', async (status, error) => {
    await using world = await createWorld()
    const body = { errcode: 0, user_info: { nick: 'x', unionid: 'y' } }
    const row: Row = { fault: { body, status }, error, upstream: /./ }
    await expectFailure(world, 'getuserinfo_bycode', ['getuserinfo_bycode'], row)
  })

  it.each([
    ['lacks the token', { expireIn: 7200 }],
    ['has an empty token', { accessToken: '' }],
    ['has a token that no header can carry', { accessToken: 'a\r\nX-Evil: 1' }],
    ['has a token that is a number', { accessToken: 7 }],
  ])('is unreadable in oauth2 when it %s', async (_, body) => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    const row: Row = { fault: { body }, error: 'dingtalk_unreadable', upstream: /accessToken/ }
    await expectFailure(world, 'userAccessToken', ['userAccessToken', 'users/me'], row)
  })

  it('is an error in oauth2 all the same when it carries an error code', async () => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    const body = { code: 'invalidCode', message: 'no', accessToken: 'token' }
    const row: Row = { fault: { body }, error: 'code_rejected', upstream: /^invalidCode$/ }
    await expectFailure(world, 'userAccessToken', ['userAccessToken', 'users/me'], row)
  })
})

describe('numbers that come as text', () => {
  it('are read as numbers: "0" is a success', async () => {
    await using world = await createWorld()
    world.dingtalk.failNext('getuserinfo_bycode', 'string-numbers')
    world.dingtalk.failNext('gettoken', 'string-numbers')
    const browser = world.browser()
    await browser.logIn('zhangsan')
    const me = await browser.get('/me').expect(200)
    expect(me.body.username).toBe('张三')
  })
})

describe('a DingTalk that does not respond', () => {
  it.concurrent.each(flows.flatMap(({ flow, calls }) => calls.map((call) => ({ flow, calls, call }))))(
    'is a timeout after DINGTALK_TIMEOUT at $call',
    async ({ flow, calls, call }) => {
      await using world = await createWorld({ DINGTALK_FLOW: flow, DINGTALK_TIMEOUT: '1s' })
      await expectFailure(world, call, calls, { fault: 'hang', error: 'dingtalk_timeout', upstream: /1000 ms/ })
    },
  )

  it('is unavailable where nothing listens', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    await world.dingtalk.close()
    const answer = await browser.get(callback).expect(503)
    expect(answer.body.error).toBe('dingtalk_unavailable')
    expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
    await expectNobody(world)
  })
})

describe('a failed login shown as a page', () => {
  it('tells the person our sentence and the reference, and nothing of what DingTalk said', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.failNext('getuserinfo_bycode', { errcode: 60020 })
    const page = await browser.get(callback).set('Accept', 'text/html').expect(502)
    expect(page.text).toContain('dingtalk_misconfigured')
    expect(page.text).toContain(page.headers['x-request-id'])
    expect(page.text).not.toMatch(/60020|白名单|getuserinfo|IP list|dingemulator/)
    await expectNobody(world)
  })
})
