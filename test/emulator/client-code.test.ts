import { describe, expect, it } from 'vitest'
import { CODE_LIFETIME_MS, startEmulator } from '../../src/emulator/emulator.js'
import { codeFrom, control, qrconnectUrl, textAt, topapi, userInfoByCode } from '../support/emulator-client.js'

const EXCHANGE = 'v2/user/getuserinfo'

describe('a code of the DingTalk client', () => {
  it('says who opened an application of the organisation, once', async () => {
    await using emulator = await startEmulator()
    const order = await control(emulator, 'POST', 'client-codes', { person: 'lisi' })
    expect(order.status).toBe(201)
    const code = textAt(await order.json(), 'code')
    const { userId, unionId } = emulator.person('lisi')
    expect(await topapi(emulator, EXCHANGE, { code })).toMatchObject({
      errcode: 0,
      result: {
        userid: userId,
        unionid: unionId,
        associated_unionid: unionId,
        name: '李思远',
        sys: false,
        sys_level: 0,
      },
    })
    const again = await topapi(emulator, EXCHANGE, { code })
    expect(again).toMatchObject({ errcode: 40078 })
    expect(again).not.toHaveProperty('result')
  })

  it('says it to an application for scan logins, once', async () => {
    await using emulator = await startEmulator()
    const order = await control(emulator, 'POST', 'client-codes', { person: 'lisi', application: 'scan-login' })
    const code = textAt(await order.json(), 'code')
    const unionid = emulator.person('lisi').unionId
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 0, user_info: { unionid } })
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 40078 })
  })

  it('is good for one kind of application alone', async () => {
    await using emulator = await startEmulator()
    const code = emulator.clientCode('lisi')
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 40078 })
    expect(await topapi(emulator, EXCHANGE, { code })).toMatchObject({ errcode: 0 })
    const scanned = await codeFrom(qrconnectUrl(emulator))
    expect(await topapi(emulator, EXCHANGE, { code: scanned })).toMatchObject({ errcode: 40078 })
    expect((await userInfoByCode(emulator, scanned)).body).toMatchObject({ errcode: 0 })
  })

  it('lives five minutes', async () => {
    await using emulator = await startEmulator({ now: () => 1_700_000_000_000 })
    const [fresh, old] = [emulator.clientCode('lisi'), emulator.clientCode('lisi')]
    emulator.moveClock(CODE_LIFETIME_MS - 1)
    expect(await topapi(emulator, EXCHANGE, { code: fresh })).toMatchObject({ errcode: 0 })
    emulator.moveClock(1)
    expect(await topapi(emulator, EXCHANGE, { code: old })).toMatchObject({ errcode: 40078 })
  })

  it('needs its permission, and is not spent without', async () => {
    await using emulator = await startEmulator()
    const code = emulator.clientCode('lisi')
    emulator.permissions.switch('qyapi_base', false)
    expect(await topapi(emulator, EXCHANGE, { code })).toMatchObject({ errcode: 88, sub_code: '60011' })
    emulator.permissions.switch('qyapi_base', true)
    expect(await topapi(emulator, EXCHANGE, { code })).toMatchObject({ errcode: 0 })
  })

  it.each(['waibu', 'wangwu', 'libie', 'nobody'])('is not given to %s', async (person) => {
    await using emulator = await startEmulator()
    const order = await control(emulator, 'POST', 'client-codes', { person })
    expect(order.status).toBe(400)
    expect(await order.json()).not.toHaveProperty('code')
  })

  it('is refused once the person has left', async () => {
    await using emulator = await startEmulator()
    const code = emulator.clientCode('lisi')
    emulator.changePerson('lisi', { membership: 'left' })
    expect(await topapi(emulator, EXCHANGE, { code })).toMatchObject({ errcode: 60121 })
  })

  it('must be there', async () => {
    await using emulator = await startEmulator()
    expect(await topapi(emulator, EXCHANGE, {})).toMatchObject({ errcode: 40078 })
  })
})
