import { describe, expect, it } from 'vitest'
import { type Emulator, type Fault, startEmulator } from '../../src/emulator/emulator.js'
import {
  appToken,
  ask,
  codeFrom,
  oauth2Url,
  post,
  qrconnectUrl,
  textAt,
  userAccessToken,
  userInfoByCode,
  usersMe,
} from '../support/emulator-client.js'

async function raw(emulator: Emulator, fault: Fault): Promise<Response> {
  emulator.failNext('gettoken', fault)
  return fetch(`${emulator.url}/gettoken?appkey=dingemulator&appsecret=emulator-secret`, { redirect: 'manual' })
}

async function isSpent(emulator: Emulator, code: string): Promise<boolean> {
  return JSON.stringify((await userInfoByCode(emulator, code)).body).includes('40078')
}

describe('a fault', () => {
  it('happens as often as it was ordered, to its own call, in the order of the orders', async () => {
    await using emulator = await startEmulator()
    emulator.failNext('gettoken', { errcode: -1 }, 2)
    emulator.failNext('gettoken', { errcode: 90018 })
    emulator.failNext('getbyunionid', 'hang')
    for (const errcode of [-1, -1, 90018, 40035]) {
      expect((await ask(`${emulator.url}/gettoken`)).body).toMatchObject({ errcode })
    }
    expect(emulator.journal().map(({ outcome }) => outcome)).toEqual(['-1', '-1', '90018', '40035'])
  })

  it('is forgotten by a reset', async () => {
    await using emulator = await startEmulator()
    emulator.failNext('gettoken', 'hang')
    emulator.reset()
    expect(await appToken(emulator)).toMatch(/^\w{32}$/)
  })

  it('must be one that changes something', async () => {
    await using emulator = await startEmulator()
    expect(() => emulator.failNext('gettoken', 'hang', 0)).toThrow(RangeError)
    expect(() => emulator.failNext('gettoken', 'no-unionid')).toThrow('gettoken')
  })
})

describe('a fault instead of the call', () => {
  it('can be an errcode, with a subcode beside it or inside the message', async () => {
    await using emulator = await startEmulator()
    const beside = await raw(emulator, { errcode: 88, sub_code: '40014' })
    expect(beside.status).toBe(200)
    expect(await beside.json()).toMatchObject({ errcode: 88, sub_code: '40014', sub_msg: expect.any(String) })
    const inside = await (await raw(emulator, { errcode: 88, subcodeInMessage: '60020' })).json()
    expect(inside).toMatchObject({ errcode: 88, errmsg: expect.stringContaining('[subcode=60020,submsg=') })
    expect(inside).not.toHaveProperty('sub_code')
  })

  it('can be a status and a code', async () => {
    await using emulator = await startEmulator()
    const response = await raw(emulator, { status: 403, code: 'Forbidden.AccessDenied.QpsLimitForApi' })
    expect(response.status).toBe(403)
    expect(await response.json()).toEqual({
      code: 'Forbidden.AccessDenied.QpsLimitForApi',
      message: expect.any(String),
      requestid: expect.any(String),
    })
    expect(emulator.journal().at(-1)?.outcome).toBe('Forbidden.AccessDenied.QpsLimitForApi')
  })

  it('can be a page, a ban or any JSON', async () => {
    await using emulator = await startEmulator()
    const page = await raw(emulator, 'html')
    expect(page.status).toBe(200)
    expect(page.headers.get('Content-Type')).toContain('text/html')
    expect(await page.text()).toContain('<html>')
    const ban = await raw(emulator, 'ban')
    expect(await ban.json()).toMatchObject({ status: 1111, wait: 5, source: 'x5', punish: 'deny' })
    const body = await raw(emulator, { body: ['anything'], status: 502 })
    expect(body.status).toBe(502)
    expect(await body.json()).toEqual(['anything'])
    expect(emulator.journal().map(({ outcome }) => outcome)).toEqual(['html', 'ban', 'body'])
  })

  it('leaves the code unspent', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(qrconnectUrl(emulator))
    for (const fault of ['html', 'ban', { errcode: -1 }, { status: 500, code: 'x' }, { body: 1 }] as const) {
      emulator.failNext('getuserinfo_bycode', fault)
      // The page is no JSON.
      await userInfoByCode(emulator, code).catch(() => undefined)
      expect(emulator.journal().at(-1)).not.toHaveProperty('personId')
    }
    expect(await isSpent(emulator, code)).toBe(false)
  })
})

describe('a fault after the work is done', () => {
  it('can be a complete HTTP response with half of the JSON', async () => {
    await using emulator = await startEmulator()
    const response = await raw(emulator, 'truncated')
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Length')).toBe(String(Buffer.byteLength(text)))
    expect(text).toMatch(/^\{"errcode":0/)
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
  })

  it('can be well-formed JSON of more than 1 MB', async () => {
    await using emulator = await startEmulator()
    const text = await (await raw(emulator, 'too-large')).text()
    expect(text.length).toBeGreaterThan(1024 * 1024)
    expect(JSON.parse(text)).toMatchObject({ errcode: 0, access_token: expect.any(String) })
  })

  it('can redirect to the response that the call would have had, and the journal shows who follows', async () => {
    await using emulator = await startEmulator()
    const response = await raw(emulator, 'redirect')
    expect(response.status).toBe(302)
    expect(emulator.journal().map(({ call, outcome }) => [call, outcome])).toEqual([['gettoken', 'redirect']])
    const followed = await ask(new URL(response.headers.get('Location') ?? '', emulator.url).href)
    expect(followed).toMatchObject({ status: 200, body: { errcode: 0, access_token: expect.any(String) } })
    expect(emulator.journal().at(-1)).toMatchObject({ call: 'redirect-target' })
  })

  it('can hang until the client gives up', async () => {
    await using emulator = await startEmulator()
    emulator.failNext('gettoken', 'hang')
    const client = new AbortController()
    const seen = emulator.nextCall('gettoken')
    const response = fetch(`${emulator.url}/gettoken`, { signal: client.signal })
    expect(await seen).toMatchObject({ outcome: 'hang' })
    client.abort()
    await expect(response).rejects.toThrow('aborted')
  })

  it('hangs no longer than the emulator runs', async () => {
    const emulator = await startEmulator()
    emulator.failNext('gettoken', 'hang')
    const seen = emulator.nextCall('gettoken')
    const response = fetch(`${emulator.url}/gettoken`)
    await Promise.all([seen, expect(seen.then(() => emulator.close())).resolves.toBeUndefined()])
    await expect(response).rejects.toThrow('fetch failed')
  })

  it('can delay the response', async () => {
    await using emulator = await startEmulator()
    const started = performance.now()
    const response = await raw(emulator, { delayMs: 120 })
    expect(await response.json()).toMatchObject({ errcode: 0 })
    expect(performance.now() - started).toBeGreaterThan(100)
    expect(emulator.journal().at(-1)).toMatchObject({ outcome: 'slow' })
  })

  it('can cut the connection', async () => {
    await using emulator = await startEmulator()
    await expect(raw(emulator, 'reset')).rejects.toThrow('fetch failed')
    expect(emulator.journal().at(-1)).toMatchObject({ outcome: 'reset' })
  })

  it.each(['truncated', 'too-large', 'reset'] as const)('spends the code when it is %j', async (fault) => {
    await using emulator = await startEmulator()
    const code = await codeFrom(qrconnectUrl(emulator))
    emulator.failNext('getuserinfo_bycode', fault)
    await userInfoByCode(emulator, code).catch(() => undefined)
    expect(emulator.journal().at(-1)).toMatchObject({ outcome: fault, personId: 'zhangsan' })
    expect(await isSpent(emulator, code)).toBe(true)
  })

  it('spends the code when it is "hang"', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator))
    emulator.failNext('userAccessToken', 'hang')
    const seen = emulator.nextCall('userAccessToken')
    const response = userAccessToken(emulator, code).catch(() => 'dropped')
    await seen
    expect(await userAccessToken(emulator, code)).toMatchObject({ status: 400 })
    await emulator.close()
    expect(await response).toBe('dropped')
  })

  it('can be a success without the unionid', async () => {
    await using emulator = await startEmulator()
    emulator.failNext('getuserinfo_bycode', 'no-unionid')
    const qrconnect = await userInfoByCode(emulator, await codeFrom(qrconnectUrl(emulator)))
    expect(qrconnect.body).toMatchObject({ errcode: 0, user_info: { nick: '张三' } })
    expect(qrconnect.body).not.toHaveProperty('user_info.unionid')
    emulator.failNext('users/me', 'no-unionid')
    const { body } = await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))
    const me = await usersMe(emulator, { 'x-acs-dingtalk-access-token': textAt(body, 'accessToken') })
    expect(me).toMatchObject({ status: 200, body: { nick: '张三' } })
    expect(me.body).not.toHaveProperty('unionId')
  })

  it('can write numbers as text, as the documentation prints them', async () => {
    await using emulator = await startEmulator()
    const url = `${emulator.url}/topapi/user/getbyunionid?access_token=${await appToken(emulator)}`
    emulator.failNext('getbyunionid', 'string-numbers')
    const { body } = await post(url, { unionid: emulator.person('zhangsan').unionId })
    expect(body).toMatchObject({ errcode: '0', result: { contact_type: '0' } })
  })
})
