import { describe, expect, it } from 'vitest'
import { APP, CODE_LIFETIME_MS, startEmulator } from '../../src/emulator/emulator.js'
import { HOUR } from '../../src/time.js'
import {
  ask,
  codeFrom,
  oauth2Url,
  post,
  qrconnectUrl,
  textAt,
  userAccessToken,
  usersMe,
} from '../support/emulator-client.js'

const HEADER = 'x-acs-dingtalk-access-token'

describe('userAccessToken', () => {
  it('returns a token for the person who agreed', async () => {
    await using emulator = await startEmulator()
    const { status, body } = await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))
    expect(status).toBe(200)
    expect(body).toEqual({ accessToken: expect.any(String), refreshToken: expect.any(String), expireIn: 7200 })
    const me = await usersMe(emulator, { [HEADER]: textAt(body, 'accessToken') })
    const { unionId, openId } = emulator.person('zhangsan')
    expect(me).toEqual({
      status: 200,
      body: {
        nick: '张三',
        unionId,
        openId,
        avatarUrl: `${emulator.url}/avatar/zhangsan.svg`,
        email: 'zhangsan@example.com',
      },
    })
  })

  it('names the organisation only for the scope openid corpid', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator, { scope: 'openid corpid' }))
    expect((await userAccessToken(emulator, code)).body).toMatchObject({ corpId: APP.corpId })
  })

  it('takes a code once', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator))
    expect(await userAccessToken(emulator, code)).toMatchObject({ status: 200 })
    const again = await userAccessToken(emulator, code)
    expect(again).toMatchObject({ status: 400, body: { code: 'invalidParameter.authCode.notFound' } })
    expect(again.body).toMatchObject({ message: expect.any(String), requestid: expect.any(String) })
  })

  it('takes no code after five minutes', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator))
    emulator.moveClock(CODE_LIFETIME_MS)
    expect((await userAccessToken(emulator, code)).body).toMatchObject({ code: 'invalidParameter.authCode.notFound' })
  })

  it('does not know a code of the other flow', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(qrconnectUrl(emulator))
    expect((await userAccessToken(emulator, code)).body).toMatchObject({ code: 'invalidParameter.authCode.notFound' })
  })

  const wrong: [name: string, change: Record<string, string | undefined>, code: string][] = [
    ['another secret', { clientSecret: 'other' }, 'invalidClientIdOrSecret'],
    ['an unknown app', { clientId: 'other' }, 'invalidClientIdOrSecret'],
    ['another grant type', { grantType: 'client_credentials' }, 'invalidParameter.grantType'],
    ['no grant type', { grantType: undefined }, 'AuthenticationFailed.MissingParameter'],
    ['snake_case', { clientId: undefined, client_id: APP.id }, 'AuthenticationFailed.MissingParameter'],
    ['no code', { code: undefined }, 'AuthenticationFailed.MissingParameter'],
  ]
  it.each(wrong)('refuses %s, and leaves the code alone', async (_name, change, expected) => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator))
    expect(await userAccessToken(emulator, code, change)).toMatchObject({ status: 400, body: { code: expected } })
    expect(emulator.journal().at(-1)).toMatchObject({ call: 'userAccessToken', outcome: expected })
    expect(await userAccessToken(emulator, code)).toMatchObject({ status: 200 })
  })

  it('reads only JSON that is sent as JSON', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator))
    const refused = { status: 400, body: { code: 'AuthenticationFailed.MissingParameter' } }
    expect(await userAccessToken(emulator, code, {}, 'text/plain')).toMatchObject(refused)
    expect(await userAccessToken(emulator, code, {}, 'application/json; charset=utf-8')).toMatchObject({ status: 200 })
  })
})

describe('users/me', () => {
  it('wants the token in its own header', async () => {
    await using emulator = await startEmulator()
    const token = textAt((await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))).body, 'accessToken')
    expect(await usersMe(emulator, { Authorization: `Bearer ${token}` })).toMatchObject({
      status: 400,
      body: { code: 'AuthenticationFailed.MissingParameter' },
    })
  })

  it('refuses unknown tokens, the app token and expired ones', async () => {
    await using emulator = await startEmulator()
    const body = { appKey: APP.id, appSecret: APP.secret }
    const app = textAt((await post(`${emulator.url}/v1.0/oauth2/accessToken`, body)).body, 'accessToken')
    const own = (await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))).body
    emulator.moveClock(2 * HOUR)
    for (const token of ['nonsense', app, textAt(own, 'refreshToken'), textAt(own, 'accessToken')]) {
      expect(await usersMe(emulator, { [HEADER]: token })).toMatchObject({
        status: 400,
        body: { code: 'InvalidAuthentication' },
      })
    }
  })

  it('leaves out what a person does not have', async () => {
    await using emulator = await startEmulator()
    const { body } = await userAccessToken(emulator, await codeFrom(oauth2Url(emulator), 'wangwu'))
    const me = await usersMe(emulator, { [HEADER]: textAt(body, 'accessToken') })
    expect(me.body).toEqual({ nick: '王五', unionId: expect.any(String), openId: expect.any(String) })
  })

  it('returns the nick of today', async () => {
    await using emulator = await startEmulator()
    const { body } = await userAccessToken(emulator, await codeFrom(oauth2Url(emulator)))
    emulator.changePerson('zhangsan', { nick: '张三丰' })
    const me = await usersMe(emulator, { [HEADER]: textAt(body, 'accessToken') })
    expect(me.body).toMatchObject({ nick: '张三丰', unionId: emulator.person('zhangsan').unionId })
  })
})

describe('a path that DingTalk does not have', () => {
  it('is 404 on api', async () => {
    await using emulator = await startEmulator()
    for (const [path, method] of [
      ['/v1.0/oauth2/useraccesstoken', 'POST'],
      ['/v1.0/oauth2/userAccessToken/', 'POST'],
      ['/v1.0/oauth2/userAccessToken', 'GET'],
      ['/v1.0/contact/users/me', 'POST'],
    ] as const) {
      const response = await ask(emulator.url + path, { method })
      expect(response, `${method} ${path}`).toMatchObject({ status: 404, body: { code: 'InvalidAction.NotFound' } })
    }
    expect(emulator.journal().map(({ call }) => call)).toEqual(['unknown', 'unknown', 'unknown', 'unknown'])
  })

  it('is an errcode on oapi', async () => {
    await using emulator = await startEmulator()
    for (const [path, errcode] of [
      ['/topapi/user/nothing', 22],
      ['/topapi/user/getbyunionid/', 22],
      ['/topapi/user/getByUnionid', 22],
      ['/sns/getUserInfo_bycode', 404],
      ['/nothing', 404],
    ] as const) {
      expect(await post(emulator.url + path, {}), path).toMatchObject({ status: 200, body: { errcode } })
    }
  })
})
