import { describe, expect, it } from 'vitest'
import { APP, type Emulator, makePerson, startEmulator } from '../../src/emulator/emulator.js'
import { HOUR } from '../../src/time.js'
import { appToken, ask, codeFrom, oauth2Url, post, textAt, userAccessToken } from '../support/emulator-client.js'

function byUnionid(emulator: Emulator, token: string, body: unknown, contentType?: string) {
  return post(`${emulator.url}/topapi/user/getbyunionid?access_token=${token}`, body, contentType)
}

function details(emulator: Emulator, token: string, body: unknown) {
  return post(`${emulator.url}/topapi/v2/user/get?access_token=${token}`, body)
}

describe('the app token', () => {
  it('is one for both hosts, and the same until it expires', async () => {
    await using emulator = await startEmulator({ now: () => 1_700_000_000_000 })
    const first = await ask(`${emulator.url}/gettoken?appkey=${APP.id}&appsecret=${APP.secret}`)
    expect(first).toMatchObject({ status: 200, body: { errcode: 0, expires_in: 7200 } })
    emulator.moveClock(HOUR)
    const credentials = { appKey: APP.id, appSecret: APP.secret }
    const second = await post(`${emulator.url}/v1.0/oauth2/accessToken`, credentials)
    expect(second.body).toEqual({ accessToken: textAt(first.body, 'access_token'), expireIn: 3600 })
    emulator.moveClock(HOUR)
    const third = await post(`${emulator.url}/v1.0/oauth2/accessToken`, credentials)
    expect(textAt(third.body, 'accessToken')).not.toBe(textAt(first.body, 'access_token'))
  })

  it('is given for the application’s own organisation alone, by the newer call', async () => {
    await using emulator = await startEmulator()
    const ask = (corpId: string, changes = {}) =>
      post(`${emulator.url}/v1.0/oauth2/${corpId}/token`, {
        client_id: APP.id,
        client_secret: APP.secret,
        grant_type: 'client_credentials',
        ...changes,
      })
    const { body } = await ask(APP.corpId)
    expect(body).toEqual({ access_token: expect.any(String), expires_in: expect.any(Number) })
    expect(await ask('dingother')).toMatchObject({ status: 401, body: { code: 'unauthorized.client' } })
    expect((await ask(APP.corpId, { client_secret: 'x' })).body).toMatchObject({ code: 'invalidClientIdOrSecret' })
    expect((await ask(APP.corpId, { grant_type: 'x' })).body).toMatchObject({ code: 'invalidParameter.grantType' })
  })

  it('is not returned for a wrong key or secret', async () => {
    await using emulator = await startEmulator()
    for (const [query, errcode] of [
      [`appkey=${APP.id}&appsecret=other`, 40096],
      [`appkey=other&appsecret=${APP.secret}`, 40096],
      [`appKey=${APP.id}&appSecret=${APP.secret}`, 40035],
    ] as const) {
      expect(await ask(`${emulator.url}/gettoken?${query}`)).toMatchObject({ status: 200, body: { errcode } })
    }
    const url = `${emulator.url}/v1.0/oauth2/accessToken`
    expect(await post(url, { appKey: APP.id, appSecret: 'other' })).toMatchObject({
      status: 400,
      body: { code: 'invalidClientIdOrSecret' },
    })
    expect(await post(url, { appkey: APP.id, appsecret: APP.secret })).toMatchObject({
      status: 400,
      body: { code: 'AuthenticationFailed.MissingParameter' },
    })
  })

  it('is asked for by GET only on oapi', async () => {
    await using emulator = await startEmulator()
    const query = `appkey=${APP.id}&appsecret=${APP.secret}`
    expect((await post(`${emulator.url}/gettoken?${query}`, {})).body).toMatchObject({ errcode: 43001 })
  })

  it('must be there, known and fresh', async () => {
    await using emulator = await startEmulator()
    const unionid = { unionid: emulator.person('zhangsan').unionId }
    const token = await appToken(emulator)
    const login = (await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))).body
    expect((await byUnionid(emulator, '', unionid)).body).toMatchObject({ errcode: 88, sub_code: '40000' })
    expect((await byUnionid(emulator, 'nonsense', unionid)).body).toMatchObject({ errcode: 40014 })
    expect((await byUnionid(emulator, textAt(login, 'accessToken'), unionid)).body).toMatchObject({ errcode: 40014 })
    expect((await byUnionid(emulator, token, unionid)).body).toMatchObject({ errcode: 0 })
    emulator.expireAppTokens()
    expect((await byUnionid(emulator, token, unionid)).body).toMatchObject({ errcode: 42001 })
    const fresh = await appToken(emulator)
    expect((await byUnionid(emulator, fresh, unionid)).body).toMatchObject({ errcode: 0 })
    emulator.moveClock(2 * HOUR)
    expect((await byUnionid(emulator, fresh, unionid)).body).toMatchObject({ errcode: 42001 })
  })
})

describe('getbyunionid', () => {
  it('tells employees, external contacts and everybody else apart', async () => {
    await using emulator = await startEmulator()
    const token = await appToken(emulator)
    const lookUp = async (id: string) =>
      (await byUnionid(emulator, token, { unionid: emulator.person(id).unionId })).body
    const employee = { contact_type: 0, userid: emulator.person('zhangsan').userId }
    expect(await lookUp('zhangsan')).toMatchObject({ errcode: 0, result: employee })
    expect(await lookUp('waibu')).toMatchObject({ errcode: 0, result: { contact_type: 1 } })
    expect(await lookUp('wangwu')).toMatchObject({ errcode: 60121 })
    expect(await lookUp('libie')).toMatchObject({ errcode: 60121 })
    emulator.changePerson('zhangsan', { membership: 'left' })
    expect(await lookUp('zhangsan')).toMatchObject({ errcode: 60121 })
    emulator.changePerson('zhangsan', { membership: 'employee' })
    expect(await lookUp('zhangsan')).toMatchObject({ errcode: 0 })
  })

  it('reads a unionid only from a JSON body, by POST', async () => {
    await using emulator = await startEmulator()
    const token = await appToken(emulator)
    const { openId } = emulator.person('zhangsan')
    expect((await byUnionid(emulator, token, {})).body).toMatchObject({ errcode: 40035 })
    expect((await byUnionid(emulator, token, { unionid: openId })).body).toMatchObject({ errcode: 60121 })
    expect((await byUnionid(emulator, token, { unionid: openId }, 'text/plain')).body).toMatchObject({ errcode: 43009 })
    expect((await byUnionid(emulator, token, '{')).body).toMatchObject({ errcode: 47001 })
    const url = `${emulator.url}/topapi/user/getbyunionid?access_token=${token}`
    expect((await ask(url)).body).toMatchObject({ errcode: 43002 })
  })
})

describe('user/get', () => {
  it('returns employees alone', async () => {
    await using emulator = await startEmulator()
    const token = await appToken(emulator)
    const { userId, unionId } = emulator.person('zhangsan')
    expect((await details(emulator, token, { userid: userId })).body).toMatchObject({
      errcode: 0,
      result: { userid: userId, unionid: unionId, name: '张三', active: true },
    })
    for (const id of ['libie', 'waibu']) {
      const { body } = await details(emulator, token, { userid: emulator.person(id).userId })
      expect(body, id).toMatchObject({ errcode: 60121 })
    }
    expect((await details(emulator, token, { userid: '' })).body).toMatchObject({ errcode: 33012 })
    expect((await details(emulator, 'nonsense', { userid: userId })).body).toMatchObject({ errcode: 40014 })
  })
})

describe('the people', () => {
  it('are those that a test may count on', async () => {
    await using emulator = await startEmulator()
    expect(emulator.person('zhangwei1').nick).toBe(emulator.person('zhangwei2').nick)
    expect(emulator.person('zhangwei1').unionId).not.toBe(emulator.person('zhangwei2').unionId)
    expect(emulator.person('zhangsan').unionId).toMatch(/^[A-Za-z0-9]{17}iEiE$/)
    expect(() => emulator.person('nobody')).toThrow('nobody')
    expect(() => emulator.changePerson('nobody', { nick: 'x' })).toThrow('nobody')
  })

  it('can be added, once', async () => {
    await using emulator = await startEmulator()
    const person = makePerson({ id: 'zhaoliu', nick: '赵六' })
    emulator.addPerson(person)
    expect(emulator.person('zhaoliu')).toEqual(person)
    expect(() => emulator.addPerson(person)).toThrow('zhaoliu')
    expect(() => emulator.addPerson({ ...person, id: 'another' })).toThrow('zhaoliu')
    emulator.reset()
    expect(() => emulator.person('zhaoliu')).toThrow()
  })

  it('can be chosen at the start', async () => {
    await using emulator = await startEmulator({ people: [makePerson({ id: 'only', nick: 'Only' })] })
    expect(emulator.person('only').membership).toBe('employee')
    expect(() => emulator.person('zhangsan')).toThrow()
  })
})
