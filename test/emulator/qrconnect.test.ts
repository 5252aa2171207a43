import { describe, expect, it } from 'vitest'
import { sign } from '../../src/emulator/apis/signature.js'
import { APP, CODE_LIFETIME_MS, startEmulator } from '../../src/emulator/emulator.js'
import { MINUTE, SECOND } from '../../src/time.js'
import { codeFrom, type ExchangeChange, oauth2Url, qrconnectUrl, userInfoByCode } from '../support/emulator-client.js'

describe('the signature', () => {
  it('is the one that DingTalk publishes for this secret and timestamp', () => {
    const signature = sign('testappSecret', '1546084445901')
    expect(signature).toBe('HCbG3xNE3vzhO+u7qCUL1jS5hsu2n5r2cFhnTrtyDAE=')
    expect(encodeURIComponent(signature)).toBe('HCbG3xNE3vzhO%2Bu7qCUL1jS5hsu2n5r2cFhnTrtyDAE%3D')
  })
})

describe('getuserinfo_bycode', () => {
  it('returns the person who agreed', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(qrconnectUrl(emulator))
    const { status, body } = await userInfoByCode(emulator, code)
    const { unionId, openId } = emulator.person('zhangsan')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      errcode: 0,
      errmsg: 'ok',
      user_info: { nick: '张三', unionid: unionId, openid: openId, main_org_auth_high_level: true },
    })
    expect(emulator.journal().at(-1)).toMatchObject({
      call: 'getuserinfo_bycode',
      outcome: 'ok',
      method: 'POST',
      path: '/sns/getuserinfo_bycode',
      personId: 'zhangsan',
    })
  })

  it('takes a code once', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(qrconnectUrl(emulator))
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 0 })
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 40078 })
  })

  it('takes a code until five minutes have passed', async () => {
    await using emulator = await startEmulator()
    const [early, late] = [await codeFrom(qrconnectUrl(emulator)), await codeFrom(qrconnectUrl(emulator))]
    emulator.moveClock(CODE_LIFETIME_MS - 10 * SECOND)
    const timestamp = () => String(Date.now() + CODE_LIFETIME_MS)
    expect((await userInfoByCode(emulator, early, { timestamp: timestamp() })).body).toMatchObject({ errcode: 0 })
    emulator.moveClock(10 * SECOND)
    expect((await userInfoByCode(emulator, late, { timestamp: timestamp() })).body).toMatchObject({ errcode: 40078 })
  })

  it('does not know a code of the other flow, or one that is made up', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator))
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 40078 })
    expect((await userInfoByCode(emulator, 'nonsense')).body).toMatchObject({ errcode: 40078 })
  })

  const timestamp = String(Date.now())
  const encoded = encodeURIComponent(sign(APP.secret, timestamp))
  const withPlus = timestampWithPlus()
  const wrong: [name: string, change: ExchangeChange, errcode: number][] = [
    ['an unknown app', { accessKey: 'somebody' }, 853003],
    ['a timestamp in seconds', { timestamp: String(Math.floor(Date.now() / 1000)) }, 853001],
    ['a timestamp that is no number', { timestamp: 'now' }, 853001],
    ['a clock that is slow', { timestamp: String(Date.now() - 1.1 * MINUTE) }, 853002],
    ['a clock that is fast', { timestamp: String(Date.now() + 1.1 * MINUTE) }, 853002],
    ['another secret', { timestamp, signature: encodeURIComponent(sign('other', timestamp)) }, 853004],
    ['a signature encoded twice', { timestamp, signature: encodeURIComponent(encoded) }, 853004],
    ['a signature not encoded', { timestamp: withPlus, signature: sign(APP.secret, withPlus) }, 853004],
    ['a signature in hex', { timestamp, signature: Buffer.from(encoded).toString('hex') }, 853004],
    ['the algorithm of robots', { timestamp, signature: robotSignature(timestamp) }, 853004],
    ['a parameter twice', { accessKey: `${APP.id}&accessKey=${APP.id}` }, 40035],
    ['no code', { body: {} }, 41026],
    ['a code that is no text', { body: { tmp_auth_code: 7 } }, 41026],
    ['a camelCase body', { body: { tmpAuthCode: 'x' } }, 41026],
    ['a form', { contentType: 'application/x-www-form-urlencoded' }, 43009],
    ['no JSON', { body: '{"tmp_auth_code":' }, 47001],
    ['JSON that is no object', { body: '["x"]' }, 47001],
  ]
  it.each(wrong)('refuses %s, and leaves the code alone', async (_name, change, errcode) => {
    await using emulator = await startEmulator()
    const code = await codeFrom(qrconnectUrl(emulator))
    const refused = await userInfoByCode(emulator, code, change)
    expect(refused).toMatchObject({ status: 200, body: { errcode } })
    expect(emulator.journal().at(-1)).toMatchObject({ outcome: String(errcode) })
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 0 })
  })

  it('judges the timestamp by its own clock', async () => {
    await using emulator = await startEmulator()
    emulator.moveClock(2 * MINUTE)
    const code = await codeFrom(qrconnectUrl(emulator))
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 853002 })
    const inTwoMinutes = String(Date.now() + 2 * MINUTE)
    expect((await userInfoByCode(emulator, code, { timestamp: inTwoMinutes })).body).toMatchObject({ errcode: 0 })
  })

  it('is called by POST only', async () => {
    await using emulator = await startEmulator()
    const response = await fetch(`${emulator.url}/sns/getuserinfo_bycode`)
    expect(await response.json()).toMatchObject({ errcode: 43002 })
  })
})

/** A timestamp whose signature holds a plus, which an unencoded query turns into a space. */
function timestampWithPlus(): string {
  for (let at = Date.now(); ; at++) if (sign(APP.secret, String(at)).includes('+')) return String(at)
}

function robotSignature(timestamp: string): string {
  return encodeURIComponent(sign(APP.secret, `${timestamp}\n${APP.secret}`))
}
