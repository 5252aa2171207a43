import { sign } from 'cookie-signature'
import { describe, expect, it } from 'vitest'
import { Attempts } from '../src/services/attempts.js'
import { MINUTE, SECOND } from '../src/time.js'
import { agree, setCookies } from './support/browser.js'
import { exchanges } from './support/journal.js'
import { createWorld, FRONTEND_URL, PUBLIC_URL } from './support/world.js'

describe('/ding_url', () => {
  it('sends the browser to the scan page of the older applications', async () => {
    await using world = await createWorld()
    const { headers } = await world.browser().get('/ding_url').expect(302)
    const url = new URL(headers.location ?? '')
    expect(url.origin + url.pathname).toBe(`${world.dingtalk.url}/connect/qrconnect`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      appid: 'dingemulator',
      response_type: 'code',
      scope: 'snsapi_login',
      state: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${PUBLIC_URL}/callback`,
    })
    expect(url.search).toContain(`redirect_uri=${encodeURIComponent(`${PUBLIC_URL}/callback`)}`)
  })

  it('sends the browser to the OAuth2 page of the newer applications', async () => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    const { headers } = await world.browser().get('/ding_url').expect(302)
    const url = new URL(headers.location ?? '')
    expect(url.origin + url.pathname).toBe(`${world.dingtalk.url}/oauth2/auth`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'dingemulator',
      response_type: 'code',
      scope: 'openid',
      prompt: 'consent',
      state: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${PUBLIC_URL}/callback`,
    })
  })

  it('makes another state for every click, and no row', async () => {
    await using world = await createWorld()
    const states = new Set<string | null>()
    for (let click = 0; click < 20; click++) {
      const { headers } = await world.browser().get('/ding_url').expect(302)
      states.add(new URL(headers.location ?? '').searchParams.get('state'))
    }
    expect(states.size).toBe(20)
    expect(await world.count('Session')).toBe(0)
  })

  it('sends a browser that came by another host to PUBLIC_URL first, before any cookie', async () => {
    await using world = await createWorld()
    const hop = await world.browser().get('/ding_url?redirect=%2Fa%3Fb').set('Host', 'other.test').expect(302)
    expect(hop.headers.location).toBe(`${PUBLIC_URL}/ding_url?redirect=%2Fa%3Fb&hop=1`)
    expect(setCookies(hop)).toEqual([])
  })

  it('takes a host with the port of its scheme, or in capitals, for the same', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.test' })
    for (const host of ['login.test:443', 'LOGIN.test']) {
      const begun = await world.browser().get('/ding_url').set('Host', host).expect(302)
      expect(begun.headers.location).toMatch(/^http:\/\/localhost:\d+\/connect\/qrconnect/)
    }
  })

  it('still goes to DingTalk when somebody is signed in, so that accounts can be changed', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn('zhangsan')
    await browser.logIn('lisi')
    const { body } = await browser.get('/me').expect(200)
    expect(body.username).toBe('李四')
    expect(await world.count('Session')).toBe(1)
  })
})

describe('a login attempt', () => {
  it('cannot be finished in a browser that did not begin it', async () => {
    await using world = await createWorld()
    const callback = await world.browser().scan('lisi')
    const other = world.browser()
    await other.get('/ding_url').expect(302)
    const { body, headers } = await other.get(callback).expect(400)
    expect(body.error).toBe('attempt_missing')
    expect(headers['set-cookie']).toBeUndefined()
    expect(exchanges(world)).toBe(0)
  })

  it('is refused when its cookie was tampered with', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const name = browser.cookie('login.') ?? ''
    const [payload, signature] = decodeURIComponent(browser.cookies.get(name) ?? '')
      .slice(2)
      .split('.')
    const attempt = Buffer.from(payload ?? '', 'base64url').toString()
    expect(attempt).toContain(FRONTEND_URL)
    const forged = Buffer.from(attempt.replace(FRONTEND_URL, 'https://evil.test/')).toString('base64url')
    browser.cookies.set(name, encodeURIComponent(`s:${forged}.${signature}`))
    const { body } = await browser.get(callback).expect(400)
    expect(body.error).toBe('attempt_missing')
    expect(exchanges(world)).toBe(0)
  })

  it('is refused for another state, even under its own cookie name', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.scan()
    const first = browser.cookies.get(browser.cookie('login.') ?? '') ?? ''
    browser.cookies.clear()
    const callback = await browser.scan()
    browser.cookies.set(browser.cookie('login.') ?? '', first)
    const { body } = await browser.get(callback).expect(400)
    expect(body.error).toBe('attempt_missing')
    expect(exchanges(world)).toBe(0)
  })

  it('is refused when it is signed as sessions are', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const name = browser.cookie('login.') ?? ''
    const [payload = ''] = decodeURIComponent(browser.cookies.get(name) ?? '')
      .slice(2)
      .split('.')
    browser.cookies.set(name, encodeURIComponent(`s:${sign(payload, world.settings.SESSION_SECRETS ?? '')}`))
    expect((await browser.get(callback).expect(400)).body.error).toBe('attempt_missing')
    expect(exchanges(world)).toBe(0)
  })

  it('is told apart from one that took too long', async () => {
    await using world = await createWorld({ LOGIN_TIMEOUT: '5m' })
    const browser = world.browser()
    const callback = await browser.scan()
    world.pass(5 * MINUTE + SECOND)
    const { body } = await browser.get(callback).expect(400)
    expect(body.error).toBe('attempt_expired')
    expect(exchanges(world)).toBe(0)
    expect(browser.cookie('login.')).toBeUndefined()
  })

  it('can be finished until just before LOGIN_TIMEOUT', async () => {
    await using world = await createWorld({ LOGIN_TIMEOUT: '5m' })
    const browser = world.browser()
    const callback = await browser.scan()
    world.pass(4 * MINUTE)
    world.dingtalk.moveClock(4 * MINUTE)
    await browser.get(callback).expect(302)
  })

  it('lets two tabs both finish, each with its own target', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const first = await browser.scan('zhangsan', '/ding_url?redirect=/first')
    const second = await browser.scan('zhangsan', '/ding_url?redirect=/second')
    expect((await browser.get(first).expect(302)).headers.location).toMatch(/^http:\/\/front\.test\/first\?username=/)
    expect((await browser.get(second).expect(302)).headers.location).toMatch(/^http:\/\/front\.test\/second\?username=/)
    expect(await world.count('User')).toBe(1)
    expect(await world.count('Session')).toBe(1)
  })

  it('drops the oldest attempts before the cookie header grows past a few KB', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callbacks: string[] = []
    for (let tab = 0; tab < 30; tab++) {
      callbacks.push(await browser.scan('zhangsan', `/ding_url?redirect=/${'x'.repeat(300)}`))
      expect(browser.cookieHeader.length).toBeLessThan(7000)
    }
    await browser.get(callbacks.at(-1) ?? '').expect(302)
    const { body } = await world
      .browser()
      .get(callbacks.at(0) ?? '')
      .expect(400)
    expect(body.error).toBe('attempt_missing')
  })

  it('clears away attempts that cannot be verified, whatever they hold', async () => {
    await using world = await createWorld()
    const Cookie = [
      ...Array.from({ length: 30 }, (_, index) => `login.${index}=s%3A${'x'.repeat(300)}.forged`),
      'login.object=j:{"toString":1}',
      'login.(odd)=1',
      '__proto__=1',
    ].join('; ')
    const begun = await world.browser().get('/ding_url').set('Cookie', Cookie).expect(302)
    const expired = setCookies(begun).filter((line) => line.includes('Expires=Thu, 01 Jan 1970'))
    expect(expired.map((line) => line.split('=')[0])).toEqual([
      ...Array.from({ length: 30 }, (_, index) => `login.${index}`),
      'login.object',
    ])
  })

  it('fits into a cookie and leaves room for a second tab, whatever the target is made of', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const target = `/${'%22'.repeat(2000)}`
    const first = await browser.scan('zhangsan', `/ding_url?redirect=${target}`)
    expect(browser.cookieHeader.length).toBeLessThan(4096)
    await browser.scan('zhangsan', `/ding_url?redirect=${target}`)
    await browser.get(first).expect(302)
  })

  it('works with a redirect as long as is allowed', async () => {
    await using world = await createWorld()
    const target = `${FRONTEND_URL}${'x'.repeat(2048 - FRONTEND_URL.length)}`
    const landed = await world.browser().logIn('zhangsan', `/ding_url?redirect=${target}`)
    expect(landed.headers.location).toBe(`${target}?username=${encodeURIComponent('张三')}`)
  })

  it('is finished with an older secret, and not with one that was taken out', async () => {
    const old = 'an-older-secret-of-32-characters-or-more'
    await using world = await createWorld({ SESSION_SECRETS: old })
    const rotated = await world.anotherServer({ SESSION_SECRETS: `a-newer-secret-of-32-characters-or-more,${old}` })
    const removed = await world.anotherServer({ SESSION_SECRETS: 'a-newer-secret-of-32-characters-or-more' })
    const browser = world.browser()
    const callback = await browser.scan()

    const without = removed.browser()
    for (const [name, value] of browser.cookies) without.cookies.set(name, value)
    expect((await without.get(callback).expect(400)).body.error).toBe('attempt_missing')

    const withOld = rotated.browser()
    for (const [name, value] of browser.cookies) withOld.cookies.set(name, value)
    await withOld.get(callback).expect(302)
  })
})

describe('the callback', () => {
  it.each([
    ['no parameter', ''],
    ['no state', '?code=abc'],
    ['an empty state', '?code=abc&state='],
    ['no code', '?state=STATE'],
    ['two states', '?code=abc&state=STATE&state=STATE'],
    ['two codes', '?code=abc&code=abc&state=STATE'],
    ['two authCodes', '?authCode=abc&authCode=abc&state=STATE'],
    ['two errors', '?error=a&error=b&state=STATE'],
    ['code and authCode that differ', '?code=abc&authCode=abd&state=STATE'],
    ['a code that is too long', `?code=${'a'.repeat(513)}&state=STATE`],
    ['a state that is too long', `?code=abc&state=${'a'.repeat(513)}`],
    ['a code with a line end', '?code=a%0d%0ab&state=STATE'],
    ['a malformed escape', '?code=abc&state=STATE&x=%zz'],
    ['a code that is not UTF-8', '?code=%ff&state=STATE'],
  ])('refuses %s as bad_request and leaves the attempt usable', async (_, query) => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const state = new URL(callback).searchParams.get('state') ?? ''
    const { body } = await browser.get(`/callback${query.replaceAll('STATE', state)}`).expect(400)
    expect(body.error).toBe('bad_request')
    expect(exchanges(world)).toBe(0)
    await browser.get(callback).expect(302)
  })

  it.each([
    ['code alone', (code: string) => `code=${code}`],
    ['authCode alone', (code: string) => `authCode=${code}`],
    ['both when equal', (code: string) => `code=${code}&authCode=${code}`],
  ])('accepts %s in either flow', async (_, query) => {
    for (const DINGTALK_FLOW of ['qrconnect', 'oauth2']) {
      await using world = await createWorld({ DINGTALK_FLOW })
      const browser = world.browser()
      const { searchParams } = new URL(await browser.scan())
      await browser
        .get(`/callback?${query(searchParams.get('code') ?? '')}&state=${searchParams.get('state')}`)
        .expect(302)
    }
  })

  it('says so when the person declined, and asks DingTalk nothing', async () => {
    await using world = await createWorld({ DINGTALK_FLOW: 'oauth2' })
    const browser = world.browser()
    const state = new URL(await browser.scan()).searchParams.get('state')
    const { body } = await browser.get(`/callback?error=access_denied&state=${state}`).expect(403)
    expect(body.error).toBe('login_declined')
    expect(exchanges(world)).toBe(0)
    expect((await browser.get(`/callback?error=access_denied&state=${state}`).expect(400)).body.error).toBe(
      'attempt_missing',
    )
  })

  it('does not take the word of another site that the person declined', async () => {
    await using world = await createWorld()
    const { body } = await world.browser().get('/callback?error=access_denied&state=abc').expect(400)
    expect(body.error).toBe('attempt_missing')
  })

  it('goes on to the target when it comes again after it succeeded, without asking DingTalk', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan('zhangsan', '/ding_url?redirect=/inbox?a=1%23top')
    const first = await browser.get(callback).expect(302)
    const again = await browser.get(callback).expect(302)
    expect(first.headers.location).toBe(`http://front.test/inbox?a=1&username=${encodeURIComponent('张三')}#top`)
    expect(again.headers.location).toBe(first.headers.location)
    expect(exchanges(world)).toBe(1)
    expect(await world.count('Session')).toBe(1)
  })

  it('goes on in another process too, and after a restart', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    await browser.get(callback).expect(302)
    const elsewhere = (await world.anotherServer()).browser()
    for (const [name, value] of browser.cookies) elsewhere.cookies.set(name, value)
    await elsewhere.get(callback).expect(302)
    expect(exchanges(world)).toBe(1)
  })

  it('is attempt_missing when it comes again without a session, and asks DingTalk nothing', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const before = browser.cookieHeader
    await browser.get(callback).expect(302)
    for (const cookies of [before, browser.cookieHeader.replace(/\bsid=[^;]+;? ?/, '')]) {
      browser.cookies.clear()
      const { body } = await browser.get(callback).set('Cookie', cookies).expect(400)
      expect(body.error).toBe('attempt_missing')
    }
    expect(exchanges(world)).toBe(1)
  })

  it('is exchanged once when it comes twice at once, and both responses are of one session', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const answers = await Promise.all([browser.get(callback), browser.get(callback), browser.get(callback)])
    expect(answers.map(({ status }) => status)).toEqual([302, 302, 302])
    expect(
      new Set(
        answers.map(
          (answer) =>
            setCookies(answer)
              .find((line) => line.startsWith('sid='))
              ?.split(';')[0],
        ),
      ).size,
    ).toBe(1)
    expect(exchanges(world)).toBe(1)
    expect(await world.count('User')).toBe(1)
    expect(await world.count('Session')).toBe(1)
    await browser.get('/me').expect(200)
  })

  it('shares its outcome until it has been told, and no longer', async () => {
    const attempts = new Attempts<string>({ timeoutMs: MINUTE, now: Date.now })
    let exchanged = 0
    const attempt = attempts.begin('http://front.test/', 'scan')
    const come = async (code: string) => attempts.spend(attempt, code, async () => `login ${++exchanged}`)
    expect(await come('code')).toBe('login 1')
    expect(await come('code')).toBe('login 1')
    expect(attempts.hasSucceeded(attempt)).toBe(false)
    await expect(come('another code')).rejects.toMatchObject({ code: 'attempt_missing' })
    attempts.responseSent(attempt)
    expect(attempts.hasSucceeded(attempt)).toBe(true)
    await expect(come('code')).rejects.toMatchObject({ code: 'attempt_missing' })
    expect(exchanged).toBe(1)
  })

  it('does not let another code ride on a state that is under way', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const injected = new URL(await agree((await world.browser().get('/ding_url')).headers.location, 'lisi'))
    const state = new URL(callback).searchParams.get('state')
    const [good, bad] = await Promise.all([
      browser.get(callback),
      browser.get(`/callback?code=${injected.searchParams.get('code')}&state=${state}`),
    ])
    expect([good.status, bad.status].sort()).toEqual([302, 400])
    expect(exchanges(world)).toBe(1)
  })

  it('never sends a code again whose answer did not arrive', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const before = browser.cookieHeader
    world.dingtalk.failNext('getuserinfo_bycode', 'reset')
    expect((await browser.get(callback).expect(503)).body.error).toBe('dingtalk_unavailable')
    const { body } = await browser.get(callback).set('Cookie', before).expect(400)
    expect(body.error).toBe('attempt_missing')
    expect(exchanges(world)).toBe(1)
  })

  it('does not take a failed attempt for a login, even in a browser that is signed in', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    const callback = await browser.scan('wangwu')
    const before = browser.cookieHeader
    expect((await browser.get(callback).expect(403)).body.error).toBe('not_a_member')
    expect((await browser.get(callback).set('Cookie', before).expect(400)).body.error).toBe('attempt_missing')
    await browser.get('/me').expect(200)
  })

  it('answers HEAD with 405 and spends nothing', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    const callback = await browser.scan()
    const head = await browser.send('head', callback).expect(405)
    expect(head.headers.allow).toBe('GET')
    await browser.send('head', '/ding_url').expect(405)
    expect(exchanges(world)).toBe(0)
    await browser.get(callback).expect(302)
  })
})
