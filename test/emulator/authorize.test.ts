import { describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/emulator/emulator.js'
import {
  CALLBACK,
  codeFrom,
  oauth2Url,
  qrconnectUrl,
  userAccessToken,
  userInfoByCode,
  visit,
} from '../support/emulator-client.js'

function snsUrl(emulator: Emulator, change: Record<string, string | undefined> = {}): string {
  return qrconnectUrl(emulator, change, '/connect/oauth2/sns_authorize')
}

function qrcodeUrl(emulator: Emulator, goto: string): string {
  return `${emulator.url}/login/qrcode.htm?goto=${encodeURIComponent(goto)}`
}

describe('an authorize address with &person=', () => {
  it('agrees at once, and qrconnect brings code and state', async () => {
    await using emulator = await startEmulator()
    const { status, location } = await visit(`${qrconnectUrl(emulator)}&person=lisi`)
    const { origin, pathname, searchParams } = new URL(location)
    expect(status).toBe(302)
    expect(origin + pathname).toBe(CALLBACK)
    expect([...searchParams.keys()]).toEqual(['code', 'state'])
    expect(searchParams.get('state')).toBe('s t&1')
    expect(emulator.journal().at(-1)).toMatchObject({ call: 'authorize', outcome: 'ok', personId: 'lisi' })
    const { body } = await userInfoByCode(emulator, searchParams.get('code') ?? '')
    expect(body).toMatchObject({ user_info: { nick: '李四' } })
  })

  it('agrees at once, and oauth2 brings the code under two names, and state', async () => {
    await using emulator = await startEmulator()
    const { location } = await visit(`${oauth2Url(emulator)}&person=lisi`)
    const { searchParams } = new URL(location)
    expect([...searchParams.keys()]).toEqual(['code', 'authCode', 'state'])
    expect(searchParams.get('authCode')).toBe(searchParams.get('code'))
  })

  it('agrees at once on sns_authorize with either scope', async () => {
    await using emulator = await startEmulator()
    for (const scope of ['snsapi_login', 'snsapi_auth']) {
      const code = await codeFrom(snsUrl(emulator, { scope }))
      expect((await userInfoByCode(emulator, code)).body).toMatchObject({ errcode: 0 })
    }
  })

  it('keeps the query of redirect_uri as it is', async () => {
    await using emulator = await startEmulator()
    const url = oauth2Url(emulator, { redirect_uri: `${CALLBACK}?a=%20b&c`, state: undefined })
    expect((await visit(`${url}&person=lisi`)).location).toMatch(/\/callback\?a=%20b&c&code=\w+&authCode=\w+$/)
  })

  it('is refused for somebody unknown', async () => {
    await using emulator = await startEmulator()
    const { status, location, text } = await visit(`${oauth2Url(emulator)}&person=nobody`)
    expect({ status, location }).toEqual({ status: 400, location: '' })
    expect(text).toContain('unknown_person')
  })
})

describe('a wrong authorize address', () => {
  const both: [name: string, change: Record<string, string | undefined>, code: string][] = [
    ['no redirect_uri', { redirect_uri: undefined }, 'invalid_redirect_uri'],
    ['a relative redirect_uri', { redirect_uri: '/callback' }, 'invalid_redirect_uri'],
    ['redirect_uri encoded twice', { redirect_uri: encodeURIComponent(CALLBACK) }, 'invalid_redirect_uri'],
    ['another scheme', { redirect_uri: 'javascript:alert(1)' }, 'invalid_redirect_uri'],
    ['another response_type', { response_type: 'token' }, 'invalid_response_type'],
    ['no response_type', { response_type: undefined }, 'invalid_response_type'],
    ['no scope', { scope: undefined }, 'invalid_scope'],
  ]
  const qrconnect: typeof both = [
    ...both,
    ['an unknown app', { appid: 'other' }, 'unknown_app'],
    ['the other flow’s scope', { scope: 'openid' }, 'invalid_scope'],
    ['a scope for the client alone', { scope: 'snsapi_auth' }, 'invalid_scope'],
    ['client_id for appid', { appid: undefined, client_id: 'dingemulator' }, 'unknown_app'],
  ]
  const oauth2: typeof both = [
    ...both,
    ['an unknown app', { client_id: 'other' }, 'unknown_app'],
    ['no prompt', { prompt: undefined }, 'missing_prompt'],
    ['another prompt', { prompt: 'login' }, 'missing_prompt'],
    ['the other flow’s scope', { scope: 'snsapi_login' }, 'invalid_scope'],
  ]
  const cases = [
    ...qrconnect.map(([name, change, code]) => ({ name: `qrconnect: ${name}`, build: qrconnectUrl, change, code })),
    ...oauth2.map(([name, change, code]) => ({ name: `oauth2: ${name}`, build: oauth2Url, change, code })),
  ]
  it.each(cases)('shows an error and never calls back: $name', async ({ build, change, code }) => {
    await using emulator = await startEmulator()
    const { status, location, text } = await visit(`${build(emulator, change)}&person=lisi`)
    expect({ status, location }).toEqual({ status: 400, location: '' })
    expect(text).toContain(code)
    expect(emulator.journal()).toMatchObject([{ call: 'authorize', outcome: code }])
  })

  it('shows an error when a parameter occurs twice', async () => {
    await using emulator = await startEmulator()
    const { text } = await visit(`${qrconnectUrl(emulator)}&person=lisi&state=other`)
    expect(text).toContain('repeated_parameter')
  })

  it('shows an error when the callback is not registered', async () => {
    await using emulator = await startEmulator({ redirectUris: [CALLBACK] })
    expect(await visit(`${oauth2Url(emulator)}&person=lisi`)).toMatchObject({ status: 302 })
    const withQuery = oauth2Url(emulator, { redirect_uri: `${CALLBACK}?x=1` })
    expect(await visit(`${withQuery}&person=lisi`)).toMatchObject({ status: 302 })
    for (const redirect_uri of ['http://localhost:8000/callback/', 'http://127.0.0.1:8000/callback', `${CALLBACK}2`]) {
      const { status, location, text } = await visit(`${oauth2Url(emulator, { redirect_uri })}&person=lisi`)
      expect({ status, location }, redirect_uri).toEqual({ status: 400, location: '' })
      expect(text).toContain('unregistered_redirect_uri')
    }
  })
})

describe('a refusal', () => {
  it('is reported to the server by oauth2 alone', async () => {
    await using emulator = await startEmulator()
    const oauth2 = await visit(`${oauth2Url(emulator)}&refuse=1`)
    expect(oauth2).toMatchObject({ status: 302, location: `${CALLBACK}?error=access_denied&state=s+t%261` })
    const qrconnect = await visit(`${qrconnectUrl(emulator)}&refuse=1`)
    expect(qrconnect).toMatchObject({ status: 200, location: '' })
    expect(qrconnect.text).toContain('Refused')
  })

  it('comes from DingTalk itself for everybody but employees where the app is an internal one', async () => {
    await using emulator = await startEmulator({ internalApp: true })
    for (const person of ['wangwu', 'libie', 'waibu']) {
      const { status, location, text } = await visit(`${oauth2Url(emulator)}&person=${person}`)
      expect({ status, location }).toEqual({ status: 200, location: '' })
      expect(text).toContain('11055')
      expect(emulator.journal().at(-1)).toMatchObject({ outcome: '11055', personId: person })
    }
    expect(await visit(`${oauth2Url(emulator)}&person=lisi`)).toMatchObject({ status: 302 })
    expect(await visit(`${qrconnectUrl(emulator)}&person=wangwu`)).toMatchObject({ status: 302 })
  })

  it('does not come from DingTalk itself otherwise', async () => {
    await using emulator = await startEmulator()
    const code = await codeFrom(oauth2Url(emulator), 'wangwu')
    expect(await userAccessToken(emulator, code)).toMatchObject({ status: 200 })
  })
})

describe('the pages', () => {
  it('say what they are, in the language of the browser', async () => {
    await using emulator = await startEmulator()
    expect((await visit(oauth2Url(emulator), 'zh-CN,zh;q=0.9,en;q=0.8')).text).toContain('不是钉钉')
    expect((await visit(oauth2Url(emulator), 'zh-TW')).text).toContain('lang="zh-CN"')
    for (const language of ['en-GB,zh;q=0.5', 'fr', '*']) {
      expect((await visit(oauth2Url(emulator), language)).text, language).toContain('not DingTalk')
    }
  })

  it('offer everybody as a link, without a form or a script of their own', async () => {
    await using emulator = await startEmulator()
    for (const url of [oauth2Url(emulator), qrconnectUrl(emulator), snsUrl(emulator)]) {
      const { text } = await visit(url)
      expect(text).not.toMatch(/<form|<script>|style="|onclick/)
      const links = [...text.matchAll(/href="([^"]+&amp;person=\w+)"/g)].map(([, href]) => href ?? '')
      expect(links).toHaveLength(10)
      const first = new URL((links[0] ?? '').replaceAll('&amp;', '&'), emulator.url)
      expect((await visit(first.href)).location).toMatch(/^http:\/\/localhost:8000\/callback\?code=/)
    }
  })

  it('escape nicks and parameters', async () => {
    await using emulator = await startEmulator()
    const { text } = await visit(oauth2Url(emulator, { state: '"><script>alert(2)</script>' }))
    expect(text).not.toContain('<script>alert')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')
    const avatar = await fetch(`${emulator.url}/avatar/hostile.svg`)
    expect(avatar.headers.get('Content-Type')).toContain('image/svg+xml')
    expect(await avatar.text()).toContain('>&lt;</text>')
  })

  it('can be framed where they are made for a frame, and nowhere else', async () => {
    await using emulator = await startEmulator()
    const ancestors = async (url: string) =>
      /frame-ancestors ([^;]+)/.exec((await fetch(url)).headers.get('Content-Security-Policy') ?? '')?.[1]
    expect(await ancestors(oauth2Url(emulator))).toBe("'none'")
    expect(await ancestors(oauth2Url(emulator, { iframe: 'true' }))).toBe('*')
    expect(await ancestors(qrcodeUrl(emulator, snsUrl(emulator)))).toBe('*')
    expect(await ancestors(`${emulator.url}/_emulator`)).toBe("'none'")
    expect(await ancestors(`${emulator.url}/nothing`)).toBe("'none'")
  })

  it('come with their script and style', async () => {
    await using emulator = await startEmulator()
    for (const [name, type] of [
      ['emulator.css', 'text/css'],
      ['wait.js', 'text/javascript'],
      ['control.js', 'text/javascript'],
    ] as const) {
      const response = await fetch(`${emulator.url}/assets/${name}`)
      expect(response.status).toBe(200)
      expect(response.headers.get('Content-Type')).toContain(type)
      await response.text()
    }
  })
})

describe('qrcode.htm', () => {
  it('shows the code alone, and only for a right sns_authorize address', async () => {
    await using emulator = await startEmulator()
    const right = await visit(qrcodeUrl(emulator, snsUrl(emulator)))
    expect(right.status).toBe(200)
    expect(right.text).toContain('width="210" height="210"')
    expect(right.text).not.toContain('person=')
    for (const [goto, code] of [
      ['', 'invalid_goto'],
      [encodeURIComponent(snsUrl(emulator)), 'invalid_goto'],
      [snsUrl(emulator).replace(emulator.url, 'http://elsewhere.example'), 'invalid_goto'],
      [qrconnectUrl(emulator), 'invalid_goto'],
      [snsUrl(emulator, { appid: 'other' }), 'unknown_app'],
      [snsUrl(emulator, { redirect_uri: undefined }), 'invalid_redirect_uri'],
    ] as const) {
      const wrong = await visit(qrcodeUrl(emulator, goto))
      expect(wrong.status, goto).toBe(400)
      expect(wrong.text).toContain(code)
    }
  })

  it('loses the parameters of an address that is not encoded, as the real one does', async () => {
    await using emulator = await startEmulator()
    const { status, text } = await visit(`${emulator.url}/login/qrcode.htm?goto=${snsUrl(emulator)}`)
    expect(status).toBe(400)
    expect(text).toContain('invalid_redirect_uri')
  })
})
