import { describe, expect, it, vi } from 'vitest'
import { APP, apiCalls, type Emulator, makePerson, startEmulator } from '../../src/emulator/emulator.js'
import {
  appToken,
  ask,
  codeFrom,
  oauth2Url,
  post,
  userAccessToken,
  usersMe,
  visit,
} from '../support/emulator-client.js'

function send(emulator: Emulator, method: string, path: string, body?: unknown, contentType = 'application/json') {
  return fetch(`${emulator.url}/_emulator/${path}`, {
    method,
    headers: { 'Content-Type': contentType },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

describe('the control interface', () => {
  it('orders faults', async () => {
    await using emulator = await startEmulator()
    const faults = [
      'html',
      { errcode: 88, sub_code: '40014' },
      { errcode: 88, subcodeInMessage: '60020' },
      { status: 500, code: 'unknownError' },
      { delayMs: 0 },
      { body: { any: ['thing'] }, status: 404 },
    ]
    for (const fault of faults)
      expect((await send(emulator, 'POST', 'faults', { call: 'gettoken', fault })).status).toBe(201)
    expect((await ask(`${emulator.url}/_emulator/faults`)).body).toHaveLength(6)
    for (const _fault of faults) await (await fetch(`${emulator.url}/gettoken`)).text()
    expect(emulator.journal().map(({ outcome }) => outcome)).toEqual([
      'html',
      '88',
      '88',
      'unknownError',
      'slow',
      'body',
    ])
  })

  it('says what is wrong with a request', async () => {
    await using emulator = await startEmulator()
    for (const [path, body] of [
      ['faults', { call: 'nothing', fault: 'html' }],
      ['faults', { call: 'gettoken', fault: 'nothing' }],
      ['faults', { call: 'gettoken', fault: {} }],
      ['faults', { call: 'gettoken', fault: 'html', times: 0 }],
      ['faults', { call: 'gettoken', fault: 'no-unionid' }],
      ['clock', { byMs: 'much' }],
      ['people', { id: 'x' }],
      ['people', makePerson({ id: 'zhangsan', nick: 'x' })],
    ] as const) {
      const response = await send(emulator, 'POST', path, body)
      expect(response.status, JSON.stringify(body)).toBe(400)
      expect(await response.json()).toEqual({ error: expect.any(String) })
    }
    expect((await ask(`${emulator.url}/_emulator/faults`)).body).toEqual([])
    expect((await send(emulator, 'PATCH', 'people/zhangsan', { unionId: 'x' })).status).toBe(400)
    expect((await send(emulator, 'PATCH', 'people/nobody', { nick: 'x' })).status).toBe(404)
    expect((await send(emulator, 'POST', 'nothing', {})).status).toBe(404)
  })

  it('shows and clears the journal, which holds no secret', async () => {
    await using emulator = await startEmulator()
    const token = await appToken(emulator)
    await post(`${emulator.url}/topapi/v2/user/get?access_token=${token}`, { userid: 'x' })
    const { body } = await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))
    const secrets = [APP.secret, token, ...JSON.stringify(body).matchAll(/[0-9a-f]{32}/g)].map(String)
    const journal = await ask(`${emulator.url}/_emulator/journal`)
    expect(journal.body).toEqual(JSON.parse(JSON.stringify(emulator.journal())))
    expect(journal.body).toHaveLength(4)
    for (const secret of secrets) expect(JSON.stringify(journal.body)).not.toContain(secret)
    expect((await send(emulator, 'DELETE', 'journal')).status).toBe(204)
    expect(emulator.journal()).toEqual([])
  })

  it('moves the clock', async () => {
    await using emulator = await startEmulator({ now: () => 1_000 })
    expect(await (await send(emulator, 'POST', 'clock', { byMs: 500 })).json()).toEqual({ now: 1_500 })
    expect((await ask(`${emulator.url}/_emulator/clock`)).body).toEqual({ now: 1_500 })
  })

  it('shows, changes and adds people', async () => {
    await using emulator = await startEmulator()
    const changed = await send(emulator, 'PATCH', 'people/zhangsan', { nick: '张三丰', membership: 'left' })
    expect(await changed.json()).toMatchObject({ id: 'zhangsan', nick: '张三丰', membership: 'left' })
    expect((await send(emulator, 'POST', 'people', makePerson({ id: 'zhaoliu', nick: '赵六' }))).status).toBe(201)
    const people = (await ask(`${emulator.url}/_emulator/people`)).body
    expect(people).toContainEqual(emulator.person('zhangsan'))
    expect(people).toContainEqual(emulator.person('zhaoliu'))
  })

  it('expires the app token, and resets', async () => {
    await using emulator = await startEmulator()
    const token = await appToken(emulator)
    await send(emulator, 'POST', 'tokens/expire')
    expect(await appToken(emulator)).not.toBe(token)
    emulator.changePerson('zhangsan', { nick: 'x' })
    expect((await send(emulator, 'POST', 'reset')).status).toBe(204)
    expect(emulator.person('zhangsan').nick).toBe('张三')
    expect(emulator.journal()).toEqual([])
  })

  it('is out of reach of pages elsewhere', async () => {
    await using emulator = await startEmulator()
    const order = { call: 'gettoken', fault: 'html' }
    for (const contentType of ['text/plain', 'application/x-www-form-urlencoded', 'text/plain; application/json']) {
      expect((await send(emulator, 'POST', 'faults', order, contentType)).status).toBe(415)
    }
    expect((await fetch(`${emulator.url}/_emulator/reset`, { method: 'POST' })).status).toBe(415)
    expect((await fetch(`${emulator.url}/_emulator/journal`, { method: 'DELETE' })).status).toBe(415)
    const cors = await fetch(`${emulator.url}/_emulator/people`, { headers: { Origin: 'http://elsewhere.example' } })
    expect([...cors.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    await cors.text()
    expect((await ask(`${emulator.url}/_emulator/faults`)).body).toEqual([])
  })

  it('has a page, whose buttons order faults that exist', async () => {
    await using emulator = await startEmulator()
    const { status, text } = await visit(`${emulator.url}/_emulator`)
    expect(status).toBe(200)
    for (const call of apiCalls) expect(text).toContain(`<option>${call}</option>`)
    const faults = [...text.matchAll(/data-fault="([^"]+)"/g)].map(
      ([, fault]) => fault?.replaceAll('&quot;', '"') ?? '',
    )
    for (const fault of faults) {
      const order = { call: 'users/me', fault: JSON.parse(fault) }
      expect((await send(emulator, 'POST', 'faults', order)).status, fault).toBe(201)
    }
    expect((await visit(emulator.url)).location).toBe('/_emulator')
  })
})

describe('a reset', () => {
  it('forgets codes, tokens and the clock', async () => {
    await using emulator = await startEmulator({ now: () => Date.now() })
    const [spent, kept] = [await codeFrom(oauth2Url(emulator)), await codeFrom(oauth2Url(emulator))]
    const { body } = await userAccessToken(emulator, spent)
    emulator.moveClock(5_000)
    emulator.reset()
    expect(await userAccessToken(emulator, kept)).toMatchObject({ status: 400 })
    const token = JSON.parse(JSON.stringify(body)).accessToken
    expect(await usersMe(emulator, { 'x-acs-dingtalk-access-token': token })).toMatchObject({ status: 400 })
    expect((await ask(`${emulator.url}/_emulator/clock`)).body).toMatchObject({
      now: expect.toSatisfy((now: number) => now <= Date.now()),
    })
  })
})

describe('an emulator', () => {
  it('refuses to start in production', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    await expect(startEmulator()).rejects.toThrow('NODE_ENV=production')
    vi.unstubAllEnvs()
  })

  it('refuses to start on a port that is taken', async () => {
    await using emulator = await startEmulator()
    const port = Number(new URL(emulator.url).port)
    await expect(startEmulator({ port })).rejects.toThrow('EADDRINUSE')
  })

  it('stops once, and for good', async () => {
    const emulator = await startEmulator()
    await Promise.all([emulator.close(), emulator.close()])
    await emulator[Symbol.asyncDispose]()
    await expect(fetch(emulator.url)).rejects.toThrow('fetch failed')
  })

  it('shares nothing with another', async () => {
    await using one = await startEmulator()
    await using other = await startEmulator()
    one.changePerson('lisi', { nick: 'x' })
    expect(other.person('lisi').nick).toBe('李四')
    expect(await userAccessToken(other, await codeFrom(oauth2Url(one)))).toMatchObject({ status: 400 })
  })
})
