import QRCode from 'qrcode'
import { describe, expect, it } from 'vitest'
import { type Emulator, startEmulator, TICKET_LIFETIME_MS } from '../../src/emulator/emulator.js'
import {
  ask,
  CALLBACK,
  oauth2Url,
  qrconnectUrl,
  userAccessToken,
  userInfoByCode,
  visit,
} from '../support/emulator-client.js'

/** A desktop that shows a code, and the phone that reads it. */
async function showCode(emulator: Emulator, url: string) {
  const { text } = await visit(url)
  const scanPath = /href="(\/scan\/\w+)"/.exec(text)?.[1] ?? ''
  const statusPath = /data-status-url="([^"]+)"/.exec(text)?.[1] ?? ''
  expect(text).toMatch(/<img src="data:image\/svg\+xml;base64,[^"]+" alt="QR code/)
  return {
    text,
    status: async () => (await ask(emulator.url + statusPath)).body,
    phone: (path = '') => visit(emulator.url + scanPath + path),
  }
}

const CODE = /^http:\/\/localhost:8000\/callback\?code=(\w+)/

describe('a scan', () => {
  it('lets the desktop go on when the phone agrees', async () => {
    await using emulator = await startEmulator()
    const desktop = await showCode(emulator, qrconnectUrl(emulator))
    expect(await desktop.status()).toEqual({ status: 'waiting' })
    expect((await desktop.phone()).text).toContain('/as/lisi"')
    expect(await desktop.status()).toEqual({ status: 'scanned' })
    expect((await desktop.phone('/as/lisi')).text).toContain('/as/lisi/agree"')
    expect(await desktop.status()).toEqual({ status: 'scanned' })
    await desktop.phone('/as/lisi/agree')
    const agreed = await desktop.status()
    expect(agreed).toEqual({ status: 'agreed', redirectTo: expect.stringMatching(CODE) })
    const code = CODE.exec(JSON.parse(JSON.stringify(agreed)).redirectTo)?.[1] ?? ''
    expect((await userInfoByCode(emulator, code)).body).toMatchObject({ user_info: { nick: '李四' } })
    expect(emulator.journal().map(({ call, outcome, personId }) => [call, outcome, personId])).toEqual([
      ['authorize', 'ok', undefined],
      ['scan', 'ok', undefined],
      ['consent', 'ok', 'lisi'],
      ['getuserinfo_bycode', 'ok', 'lisi'],
    ])
  })

  it('shows an address on the public origin', async () => {
    await using emulator = await startEmulator()
    const { text } = await visit(oauth2Url(emulator).replace('localhost', '127.0.0.1'))
    const [, image = ''] = /src="data:image\/svg\+xml;base64,([^"]+)"/.exec(text) ?? []
    const [, ticket] = /href="\/scan\/(\w+)"/.exec(text) ?? []
    const expected = await QRCode.toString(`${emulator.url}/scan/${ticket}`, { type: 'svg' })
    expect(Buffer.from(image, 'base64').toString()).toBe(expected)
  })

  it('is at the public origin that was chosen for it', async () => {
    await using emulator = await startEmulator({ publicUrl: 'http://emulator.example:9000/' })
    expect(emulator.url).toBe('http://emulator.example:9000')
  })

  it('ends with error= when the phone refuses oauth2', async () => {
    await using emulator = await startEmulator()
    const desktop = await showCode(emulator, oauth2Url(emulator))
    await desktop.phone('/as/lisi/refuse')
    const redirectTo = `${CALLBACK}?error=access_denied&state=s+t%261`
    expect(await desktop.status()).toEqual({ status: 'refused', redirectTo })
  })

  it('ends nowhere when the phone refuses qrconnect', async () => {
    await using emulator = await startEmulator()
    const desktop = await showCode(emulator, qrconnectUrl(emulator))
    await desktop.phone('/as/lisi/refuse')
    expect(await desktop.status()).toEqual({ status: 'refused' })
  })

  it('is decided once', async () => {
    await using emulator = await startEmulator()
    const desktop = await showCode(emulator, qrconnectUrl(emulator))
    await desktop.phone('/as/lisi/refuse')
    for (const path of ['', '/as/lisi', '/as/lisi/agree']) {
      expect(await desktop.phone(path)).toMatchObject({ status: 410, text: expect.stringContaining('has been used') })
    }
    expect(await desktop.status()).toEqual({ status: 'refused' })
  })

  it('is too late when the code has expired, and can be begun again', async () => {
    await using emulator = await startEmulator()
    const desktop = await showCode(emulator, oauth2Url(emulator))
    emulator.moveClock(TICKET_LIFETIME_MS)
    expect(await desktop.status()).toEqual({ status: 'expired' })
    expect(await desktop.phone('/as/lisi/agree')).toMatchObject({
      status: 410,
      text: expect.stringContaining('expired'),
    })
    expect(await desktop.status()).toEqual({ status: 'expired' })
    const renew = /data-when="expired" hidden>[^<]+<a href="([^"]+)"/.exec(desktop.text)?.[1]?.replaceAll('&amp;', '&')
    const again = await showCode(emulator, emulator.url + renew)
    expect(await again.status()).toEqual({ status: 'waiting' })
  })

  it('is not agreed to by opening the code, or by somebody unknown', async () => {
    await using emulator = await startEmulator()
    const desktop = await showCode(emulator, oauth2Url(emulator))
    for (const path of ['/as/nobody', '/as/nobody/agree', '/as/lisi/maybe']) {
      expect(await desktop.phone(path)).toMatchObject({ status: 404 })
    }
    expect(await desktop.status()).toEqual({ status: 'waiting' })
    expect((await visit(`${emulator.url}/scan/unknown`)).status).toBe(410)
  })

  it('is refused by DingTalk itself for an outsider where the app is an internal one', async () => {
    await using emulator = await startEmulator({ internalApp: true })
    const desktop = await showCode(emulator, oauth2Url(emulator))
    expect((await desktop.phone('/as/wangwu/agree')).text).toContain('11055')
    expect(await desktop.status()).toEqual({ status: 'not-in-organisation' })
  })
})

describe('the inline code of oauth2', () => {
  const frameUrl = (emulator: Emulator) => oauth2Url(emulator, { iframe: 'true' })

  it('tells the page with the origin of redirect_uri where to go', async () => {
    await using emulator = await startEmulator()
    const frame = await showCode(emulator, frameUrl(emulator))
    await frame.phone('/as/lisi/agree')
    expect(await frame.status()).toEqual({
      status: 'agreed',
      post: { success: true, redirectUrl: expect.stringMatching(CODE) },
      targetOrigin: 'http://localhost:8000',
    })
  })

  it('reports a refusal by the redirect, and DingTalk’s own by its code', async () => {
    await using emulator = await startEmulator({ internalApp: true })
    const refused = await showCode(emulator, frameUrl(emulator))
    await refused.phone('/as/lisi/refuse')
    expect(await refused.status()).toMatchObject({
      post: { success: true, redirectUrl: `${CALLBACK}?error=access_denied&state=s+t%261` },
    })
    const outside = await showCode(emulator, frameUrl(emulator))
    await outside.phone('/as/wangwu/agree')
    expect(await outside.status()).toMatchObject({
      post: { success: false, errorCode: '11055', errorMsg: '你不在组织内' },
      targetOrigin: 'http://localhost:8000',
    })
  })

  it('agrees at once for &person=', async () => {
    await using emulator = await startEmulator()
    const frame = await showCode(emulator, `${frameUrl(emulator)}&person=lisi`)
    const { redirectUrl } = JSON.parse(JSON.stringify(await frame.status())).post
    const { body } = await userAccessToken(emulator, CODE.exec(redirectUrl)?.[1] ?? '')
    expect(body).toMatchObject({ accessToken: expect.any(String) })
  })
})

describe('the inline code of qrconnect', () => {
  it('posts a loginTmpCode, which is good for one code, once', async () => {
    await using emulator = await startEmulator()
    const goto = qrconnectUrl(emulator, {}, '/connect/oauth2/sns_authorize')
    const frame = await showCode(emulator, `${emulator.url}/login/qrcode.htm?goto=${encodeURIComponent(goto)}`)
    await frame.phone('/as/lisi/agree')
    const agreed = await frame.status()
    expect(agreed).toEqual({ status: 'agreed', post: expect.stringMatching(/^\w{32}$/), targetOrigin: '*' })
    const loginTmpCode = JSON.parse(JSON.stringify(agreed)).post

    expect((await userInfoByCode(emulator, loginTmpCode)).body).toMatchObject({ errcode: 40078 })
    const { location } = await visit(`${goto}&loginTmpCode=${loginTmpCode}`)
    expect(new URL(location).searchParams.get('state')).toBe('s t&1')
    const { body } = await userInfoByCode(emulator, CODE.exec(location)?.[1] ?? '')
    expect(body).toMatchObject({ user_info: { nick: '李四' } })

    const again = await visit(`${goto}&loginTmpCode=${loginTmpCode}`)
    expect(again).toMatchObject({ status: 400, location: '' })
    expect(again.text).toContain('invalid_login_tmp_code')
  })
})
