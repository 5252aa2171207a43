import { type Request, request } from 'express'
import { describe, expect, it } from 'vitest'
import { readRedirect } from '../src/api/read-redirect.js'
import type { Browser } from './support/browser.js'
import { createWorld, FRONTEND_URL, PUBLIC_URL, type World } from './support/world.js'

const APP = 'http://app.test'
const WANTED = `${APP}/reports/?a=1&b=2%26c&q=%E4%B8%AD%E6%96%87#top`.split('#')[0] ?? ''
const NAVIGATION = { Accept: 'text/html,application/xhtml+xml', 'Sec-Fetch-Mode': 'navigate' }

function createSite(settings: Record<string, string> = {}): Promise<World> {
  return createWorld({ ALLOWED_REDIRECTS: APP, ...settings })
}

function forwarded(address: string, method = 'GET'): Record<string, string> {
  const { protocol, host, pathname, search } = new URL(address)
  return {
    'X-Forwarded-Proto': protocol.slice(0, -1),
    'X-Forwarded-Host': host,
    'X-Forwarded-Uri': pathname + search,
    'X-Forwarded-Method': method,
  }
}

function beginUrl(target?: string): string {
  return target === undefined
    ? `${PUBLIC_URL}/ding_url`
    : `${PUBLIC_URL}/ding_url?${new URLSearchParams({ redirect: target })}`
}

/** As much of a request as its query is. */
function requestOf(originalUrl: string): Request {
  return Object.assign(Object.create(request), { originalUrl })
}

/** Where a login that begins there lands. */
async function landing(browser: Browser, beginAddress: string): Promise<string | undefined> {
  const response = await browser.logIn('zhangsan', beginAddress)
  return response.headers.location
}

describe('a proxy’s question for somebody who is not signed in', () => {
  it.each([
    ['X-Original-URL', { 'X-Original-URL': WANTED }],
    ['X-Forwarded-Proto, -Host and -Uri', forwarded(WANTED)],
    ['both, alike', { 'X-Original-URL': WANTED, ...forwarded(WANTED) }],
  ])('names the login that leads back to the very address, from %s', async (_, headers) => {
    await using world = await createSite()
    const browser = world.browser()
    const response = await browser.get('/verify').set(headers).expect(401)
    expect(response.text).toBe('')
    expect(response.headers['x-auth-request-redirect']).toBe(beginUrl(WANTED))
    expect(await landing(browser, response.headers['x-auth-request-redirect'] ?? '')).toBe(
      `${WANTED}&username=${encodeURIComponent('张三')}`,
    )
  })

  it('keeps characters that a client sent without encoding them', async () => {
    await using world = await createSite()
    const raw = Buffer.from(`${APP}/搜索?q=中文`).toString('latin1')
    const { headers } = await world.browser().get('/verify').set('X-Original-URL', raw).expect(401)
    expect(headers['x-auth-request-redirect']).toBe(beginUrl(encodeURI(`${APP}/搜索?q=中文`)))
  })

  it('takes a path of 1,500 characters', async () => {
    await using world = await createSite()
    const long = `${APP}/${'a'.repeat(1500)}?b=1&c=2`
    const { headers } = await world.browser().get('/verify').set(forwarded(long)).expect(401)
    expect(headers['x-auth-request-redirect']).toBe(beginUrl(long))
  })

  it.each([
    ['is of a host that is not allowed', { 'X-Original-URL': 'http://evil.test/a?b=c' }],
    ['is no address', { 'X-Original-URL': 'javascript:alert(1)' }],
    ['has user info', { 'X-Original-URL': `http://app.test@evil.test/` }],
    ['is longer than a target may be', { 'X-Original-URL': `${APP}/${'a'.repeat(3000)}` }],
    ['differs between the two headers', { 'X-Original-URL': `${APP}/mine`, ...forwarded(`${APP}/other`) }],
    ['has no host', { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Uri': '/a' }],
    ['comes twice', { 'X-Original-URL': [`${APP}/a`, `${APP}/b`] }],
    ['has a path in its host', { ...forwarded(WANTED), 'X-Forwarded-Host': 'app.test/x' }],
    ['has an address for its scheme', { ...forwarded(WANTED), 'X-Forwarded-Proto': `${APP}/?` }],
    ['has a path that begins without a slash', { ...forwarded(WANTED), 'X-Forwarded-Uri': '.evil.test/' }],
  ])('leaves an address out that %s, so that people land on FRONTEND_URL', async (_, headers) => {
    await using world = await createSite()
    const browser = world.browser()
    const response = await browser.get('/verify').set(headers).expect(401)
    expect(response.headers['x-auth-request-redirect']).toBe(beginUrl())
    expect(await landing(browser, beginUrl())).toContain(FRONTEND_URL)
  })

  it('believes no header of a peer that TRUST_PROXY does not trust', async () => {
    await using world = await createSite({ TRUST_PROXY: '203.0.113.7' })
    const { headers } = await world.browser().get('/verify').set('X-Original-URL', WANTED).expect(401)
    expect(headers['x-auth-request-redirect']).toBe(beginUrl())
  })

  it.each(['0', '1', 'loopback'])('believes those of this machine with TRUST_PROXY=%s', async (trustProxy) => {
    await using world = await createSite({ TRUST_PROXY: trustProxy })
    const { headers } = await world.browser().get('/verify').set('X-Original-URL', WANTED).expect(401)
    expect(headers['x-auth-request-redirect']).toBe(beginUrl(WANTED))
  })

  it('writes an origin that is not allowed into the log once, without its path', async () => {
    await using world = await createSite()
    for (const path of ['/secret?token=abc', '/other']) {
      await world.browser().get('/verify').set('X-Original-URL', `http://forgotten.test${path}`).expect(401)
    }
    const lines = world.log.filter(({ msg }) => String(msg).includes('http://forgotten.test'))
    expect(lines).toHaveLength(1)
    expect(lines[0]?.msg).toBe('The origin http://forgotten.test is not allowed: ALLOWED_REDIRECTS would allow it.')
    expect(JSON.stringify(world.log)).not.toMatch(/secret|token=abc/)
  })
})

describe('with ?login=redirect', () => {
  it('a person who goes to a page is sent to log in at once', async () => {
    await using world = await createSite()
    const asked = world.browser().get('/verify?login=redirect').set(forwarded(WANTED)).set(NAVIGATION)
    const { headers, text } = await asked.expect(302)
    expect(headers.location).toBe(beginUrl(WANTED))
    expect(text).toBe('')
  })

  it('a browser that says nothing of its fetch is taken at its Accept', async () => {
    await using world = await createSite()
    await world.browser().get('/verify?login=redirect').set(forwarded(WANTED)).set('Accept', 'text/html').expect(302)
  })

  it.each([
    ['a fetch', { ...NAVIGATION, 'Sec-Fetch-Mode': 'cors' }, 'GET'],
    ['a WebSocket', { ...NAVIGATION, 'Sec-Fetch-Mode': 'websocket' }, 'GET'],
    ['a request for JSON', { Accept: 'application/json' }, 'GET'],
    ['a form that is sent', NAVIGATION, 'POST'],
    ['a preflight', NAVIGATION, 'OPTIONS'],
  ])('%s gets 401', async (_, headers, method) => {
    await using world = await createSite()
    const asked = world.browser().get('/verify?login=redirect').set(forwarded(WANTED, method)).set(headers)
    const response = await asked.expect(401)
    expect(response.headers['x-auth-request-redirect']).toBe(beginUrl(WANTED))
  })

  it('somebody who is signed in passes', async () => {
    await using world = await createSite()
    const browser = world.browser()
    await browser.logIn()
    await browser.get('/verify?login=redirect').set(forwarded(WANTED)).set(NAVIGATION).expect(204)
  })
})

describe('a redirect that was not percent-encoded', () => {
  it.each(['/ding_url', '/login'])(
    'is refused at %s where its query has been cut, with a text that says how',
    async (path) => {
      await using world = await createSite()
      const { body } = await world.browser().get(`${path}?redirect=${APP}/search?q=a&page=2`).expect(400)
      expect(body.error).toBe('bad_request')
      expect(body.message).toContain('not percent-encoded')
      const page = await world
        .browser()
        .get(`${path}?redirect=${APP}/?q=a&page=2`)
        .set('Accept', 'text/html')
        .expect(400)
      expect(page.text).toContain('not percent-encoded')
    },
  )

  it('costs no more than it is long', () => {
    const startedAt = process.cpuUsage()
    expect(() => readRedirect(requestOf(`/ding_url?redirect=${'?'.repeat(100_000)}`))).not.toThrow()
    expect(process.cpuUsage(startedAt).user).toBeLessThan(1_000_000)
  })

  it('is taken where nothing is lost', async () => {
    await using world = await createSite()
    for (const query of [`redirect=${APP}/search?q=a`, `utm=x&redirect=${APP}/search?q=a`]) {
      await world.browser().get(`/ding_url?${query}`).expect(302)
    }
  })

  it('does not make an encoded one suspicious', async () => {
    await using world = await createSite()
    const redirect = encodeURIComponent(`${APP}/search?q=a&page=2`)
    await world.browser().get(`/ding_url?redirect=${redirect}&utm=x`).expect(302)
  })
})

describe('a redirect that is not allowed', () => {
  it('names its origin and the setting that would allow it, in the log and in development', async () => {
    await using world = await createSite()
    const refused = await world.browser().get('/ding_url?redirect=http://evil.test/secret').set('Accept', 'text/html')
    expect(refused.text).toContain('The origin http://evil.test is not allowed: ALLOWED_REDIRECTS would allow it.')
    expect(refused.text).not.toContain('secret')
    const [line] = world.log.filter(({ event }) => event === 'login_refused')
    expect(line?.detail).toBe('The origin http://evil.test is not allowed: ALLOWED_REDIRECTS would allow it.')
  })

  it('says nothing of settings to people in production', async () => {
    await using world = await createSite({
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://login.test',
      DINGTALK_APP_ID: 'dingabc',
      // Nobody gets as far as DingTalk here.
      DINGTALK_LOGIN_URL: 'https://login.dingtalk.com',
      DINGTALK_OAPI_URL: 'https://oapi.dingtalk.com',
      DINGTALK_API_URL: 'https://api.dingtalk.com',
      SESSION_SECRETS: 'b7c1e5d90f2a4836b7c1e5d90f2a4836',
    })
    for (const accept of ['text/html', 'application/json']) {
      const { text } = await world
        .browser()
        .get('/ding_url?redirect=http://evil.test/')
        .set('Accept', accept)
        .expect(400)
      expect(text).not.toContain('ALLOWED_REDIRECTS')
    }
    const [line] = world.log.filter(({ event }) => event === 'login_refused')
    expect(line?.detail).toContain('http://evil.test')
  })
})

describe('a proxy that hides the host', () => {
  it('sends a browser round once, and then names what it must pass on', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.corp.test:8443' })
    const hop = await world.browser().get('/ding_url?redirect=/a').set('Host', 'login.corp.test').expect(302)
    const { pathname, search } = new URL(hop.headers.location ?? '')
    const { body } = await world
      .browser()
      .get(pathname + search)
      .set('Host', 'login.corp.test')
      .expect(400)
    expect(body.error).toBe('bad_request')
    expect(body.message).toContain('login.corp.test:8443')
    expect(body.message).toContain('proxy_set_header Host $http_host')
    const arrived = await world
      .browser()
      .get(pathname + search)
      .set('Host', 'login.corp.test:8443')
      .expect(302)
    expect(arrived.headers.location).toContain('/connect/qrconnect')
  })
})
