import { describe, expect, it } from 'vitest'
import { errorTable } from '../src/errors.js'
import { MINUTE } from '../src/time.js'
import { agree, setCookies } from './support/browser.js'
import { rawAnswer } from './support/raw.js'
import { createWorld, FRONTEND, PUBLIC_URL } from './support/world.js'

/** What a policy forbids, whatever else it allows. */
const FORBIDDEN = ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]

describe('methods and paths', () => {
  it.each([
    ['/ding_url', 'GET'],
    ['/callback', 'GET'],
    ['/me', 'GET, HEAD'],
    ['/logout', 'POST'],
    ['/sessions', 'GET, HEAD, DELETE'],
    ['/sessions/abc', 'DELETE'],
    ['/healthz', 'GET, HEAD'],
    ['/readyz', 'GET, HEAD'],
  ])('%s answers %s and nothing else', async (path, allow) => {
    await using world = await createWorld()
    for (const method of ['put', 'options'] as const) {
      const { body, headers } = await world.browser().send(method, path).expect(405)
      expect(body.error).toBe('method_not_allowed')
      expect(headers.allow).toBe(allow)
    }
  })

  it('accepts a slash at the end', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.get('/ding_url/').expect(302)
    const callback = await browser.scan()
    await browser.get(callback.replace('/callback?', '/callback/?')).expect(302)
    await browser.get('/me/').expect(200)
  })

  it.each(['/nothing', '/ME', '/me/x', '/callback//', '/.env', '/sessions/a/b'])(
    'knows nothing at %s',
    async (path) => {
      await using world = await createWorld()
      const { body } = await world.browser().get(path).expect(404)
      expect(body.error).toBe('not_found')
    },
  )

  it('answers the address alone of a request that names a whole one', async () => {
    await using world = await createWorld()
    const answer = await rawAnswer(
      world.serverUrl,
      'GET http://evil.test/me HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 401 /)
  })
})

describe('every response', () => {
  it.each(['/ding_url', '/callback', '/me', '/nothing', '/healthz', '/verify'])(
    '%s carries the headers that protect it',
    async (path) => {
      await using world = await createWorld()
      const { headers } = await world.browser().get(path)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('same-origin')
      expect(headers['x-frame-options']).toBe('DENY')
      const policy = String(headers['content-security-policy']).split('; ')
      expect(policy.filter((directive) => !directive.startsWith('style-src '))).toEqual(FORBIDDEN)
      expect(headers['x-powered-by']).toBeUndefined()
      expect(headers.etag).toBeUndefined()
      expect(headers['strict-transport-security']).toBeUndefined()
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  it.each(['/login', '/account'])('lets the page %s load nothing but its own', async (path) => {
    await using world = await createWorld()
    const browser = world.browser()
    if (path === '/account') await browser.logIn()
    const { headers } = await browser.get(path).expect(200)
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toEqual(
      expect.arrayContaining([
        ...FORBIDDEN,
        "script-src 'self'",
        path === '/login' ? `connect-src 'self' ${world.dingtalk.url}` : "connect-src 'self'",
      ]),
    )
    expect(policy.find((directive) => directive.startsWith('style-src '))).toMatch(/^style-src 'sha256-[\w+/=]+'$/)
    const frames = path === '/login' ? [`frame-src ${world.dingtalk.url}`] : []
    expect(policy.filter((directive) => directive.startsWith('frame-src'))).toEqual(frames)
  })

  it('tells browsers to stay on https where PUBLIC_URL is https', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.test' })
    const { headers } = await world.browser().get('/me')
    expect(headers['strict-transport-security']).toMatch(/^max-age=31536000$/)
  })

  it('takes over a request id only if it looks like one', async () => {
    await using world = await createWorld()
    const good = await world.browser().get('/me').set('X-Request-Id', 'proxy-4711.a_b')
    expect(good.body.requestId).toBe('proxy-4711.a_b')
    expect(good.headers['x-request-id']).toBe('proxy-4711.a_b')
    for (const bad of ['short', 'a'.repeat(129), 'has space in it', '<script>alert(1)</script>', '张三张三张三']) {
      const { body } = await world.browser().get('/me').set('X-Request-Id', encodeURI(bad).replaceAll('%20', ' '))
      expect(body.requestId).toMatch(/^[0-9a-f-]{36}$/)
    }
  })
})

describe('cross-origin requests', () => {
  const ALLOWED = 'https://app.test'
  const settings = { ALLOWED_REDIRECTS: ALLOWED }

  it.each([FRONTEND, ALLOWED])('of %s may read successes and errors', async (origin) => {
    await using world = await createWorld(settings)
    const browser = world.browser()
    await browser.logIn()
    for (const answer of [
      await browser.get('/me').set('Origin', origin).expect(200),
      await world.browser().get('/me').set('Origin', origin).expect(401),
      await world.browser().get('/nothing').set('Origin', origin).expect(404),
      await world.browser().send('put', '/me').set('Origin', origin).expect(405),
    ]) {
      expect(answer.headers['access-control-allow-origin']).toBe(origin)
      expect(answer.headers['access-control-allow-credentials']).toBe('true')
      expect(answer.headers.vary).toMatch(/\bOrigin\b/)
    }
  })

  it.each([
    'https://evil.test',
    'http://front.test.evil.test',
    'http://front.test:8080',
    'https://front.test',
    'null',
    'HTTP://FRONT.TEST',
  ])('of %s may read nothing and change nothing', async (origin) => {
    await using world = await createWorld(settings)
    const browser = world.browser()
    await browser.logIn()
    const read = await browser.get('/me').set('Origin', origin)
    expect(read.headers['access-control-allow-origin']).toBeUndefined()
    expect(read.headers.vary).toMatch(/\bOrigin\b/)
    for (const refused of [await browser.post('/logout', origin), await browser.delete('/sessions', origin)]) {
      expect(refused.status).toBe(403)
      expect(refused.body.error).toBe('origin_not_allowed')
    }
    await browser.get('/me').expect(200)
  })

  it('need an Origin to change anything', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    expect((await browser.send('post', '/logout').expect(403)).body.error).toBe('origin_not_allowed')
    expect((await browser.send('delete', '/sessions').expect(403)).body.error).toBe('origin_not_allowed')
    await browser.post('/logout', PUBLIC_URL).expect(204)
  })

  it('of allowed front ends have their preflights allowed, without touching a session', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    world.pass(2 * MINUTE)
    const rows = () => world.sql('SELECT * FROM "Session"')
    const before = await rows()
    const preflight = (origin: string) =>
      browser.send('options', '/sessions').set('Origin', origin).set('Access-Control-Request-Method', 'DELETE')
    const { headers } = await preflight(FRONTEND).expect(204)
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, DELETE')
    expect(headers['access-control-allow-origin']).toBe(FRONTEND)
    expect(headers['access-control-allow-credentials']).toBe('true')
    const refused = await preflight('https://evil.test').expect(405)
    expect(refused.headers['access-control-allow-origin']).toBeUndefined()
    expect(await rows()).toEqual(before)
  })
})

describe('the rate limit', () => {
  it('answers 429 with Retry-After on the login routes alone', async () => {
    await using world = await createWorld({ RATE_LIMIT_PER_MINUTE: '3' })
    const browser = world.browser()
    for (let click = 0; click < 3; click++) await browser.get('/ding_url').expect(302)
    const { body, headers } = await browser.get('/ding_url').expect(429)
    expect(body.error).toBe('rate_limited')
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60)
    expect((await browser.get('/callback?code=a&state=b').expect(429)).body.error).toBe('rate_limited')
    expect((await browser.get('/login').expect(429)).body.error).toBe('rate_limited')
    for (let look = 0; look < 5; look++) {
      await browser.get('/me').expect(401)
      await browser.get('/verify').expect(401)
    }
  })

  it('does not spend the attempt that it holds up', async () => {
    await using world = await createWorld({ RATE_LIMIT_PER_MINUTE: '2' })
    const browser = world.browser()
    await browser.scan()
    const callback = await browser.scan()
    expect(setCookies(await browser.get(callback).expect(429))).toEqual([])
  })

  it('does not believe X-Forwarded-For unless TRUST_PROXY says so', async () => {
    await using world = await createWorld({ RATE_LIMIT_PER_MINUTE: '1' })
    const as = (address: string) => world.browser().get('/ding_url').set('X-Forwarded-For', address)
    await as('203.0.113.1').expect(302)
    await as('203.0.113.2').expect(429)

    await using behind = await createWorld({ RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '1' })
    const through = (address: string) => behind.browser().get('/ding_url').set('X-Forwarded-For', address)
    await through('203.0.113.1').expect(302)
    await through('203.0.113.2').expect(302)
    await through('203.0.113.2').expect(429)
    await through('198.51.100.7, 203.0.113.1').expect(429)
  })

  it('counts and lists the proxy where that passes on something that is no address', async () => {
    await using world = await createWorld({ RATE_LIMIT_PER_MINUTE: '2', TRUST_PROXY: '1' })
    const browser = world.browser()
    const callback = await agree(
      (await browser.get('/ding_url').set('X-Forwarded-For', '<b>1')).headers.location,
      'zhangsan',
    )
    await browser.get(callback).set('X-Forwarded-For', '<b>2').expect(302)
    await browser.get('/ding_url').set('X-Forwarded-For', '<b>3').expect(429)
    expect((await browser.get('/sessions').expect(200)).body).toEqual([expect.objectContaining({ ip: '127.0.0.1' })])
  })

  it('counts an IPv6 customer by their /56', async () => {
    await using world = await createWorld({ RATE_LIMIT_PER_MINUTE: '1', TRUST_PROXY: '1' })
    const through = (address: string) => world.browser().get('/ding_url').set('X-Forwarded-For', address)
    await through('2001:db8:0:ff00::1').expect(302)
    await through('2001:db8:0:ffff::2').expect(429)
    await through('2001:db8:1:ff00::1').expect(302)
  })
})

describe('requests that no route has a use for', () => {
  it('are refused when their address is too long', async () => {
    await using world = await createWorld()
    const { body } = await world
      .browser()
      .get(`/me?${'x'.repeat(9000)}`)
      .expect(400)
    expect(body.error).toBe('bad_request')
  })

  it('are refused when their headers are too long', async () => {
    await using world = await createWorld()
    const { body } = await world.browser().get('/me').set('X-Long', 'x'.repeat(20_000)).expect(400)
    expect(body).toEqual({
      error: 'bad_request',
      message: errorTable.bad_request.message,
      requestId: expect.any(String),
    })
  })

  it('are refused when their body is too long or of unknown length', async () => {
    await using world = await createWorld()
    const browser = world.browser()
    await browser.logIn()
    expect((await browser.post('/logout').send('x'.repeat(20_000)).expect(400)).body.error).toBe('bad_request')
    const chunked = await rawAnswer(
      world.serverUrl,
      `POST /logout HTTP/1.1\r\nHost: login.test\r\nOrigin: ${FRONTEND}\r\nCookie: ${browser.cookieHeader}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    )
    expect(chunked).toMatch(/^HTTP\/1\.1 400 .*"bad_request"/s)
    await browser.get('/me').expect(200)
  })

  it.each(['GET http://[/me', 'OPTIONS http://[/', 'GET //[x'])(
    'are refused when their target is no address: %s',
    async (target) => {
      await using world = await createWorld()
      const answer = await rawAnswer(world.serverUrl, `${target} HTTP/1.1\r\nHost: login.test\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 400 .*no-store.*"bad_request"/s)
    },
  )

  it('are answered like others when they name no host or expect something odd', async () => {
    await using world = await createWorld()
    expect(await rawAnswer(world.serverUrl, 'GET /me HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 401 /,
    )
    expect(await rawAnswer(world.serverUrl, 'GET /ding_url HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 302 .*Location: http:\/\/login\.test\/ding_url\?hop=1\r/s,
    )
    const odd = 'GET /me HTTP/1.1\r\nHost: login.test\r\nExpect: bogus\r\nConnection: close\r\n\r\n'
    expect(await rawAnswer(world.serverUrl, odd)).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('never get an answer into the middle of another one', async () => {
    await using world = await createWorld()
    const answer = await rawAnswer(world.serverUrl, 'GET /readyz HTTP/1.1\r\nHost: login.test\r\n\r\nnonsense\r\n\r\n')
    expect(answer).not.toContain('bad_request')
  })

  it('are refused when they are not HTTP', async () => {
    await using world = await createWorld()
    expect(await rawAnswer(world.serverUrl, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*"bad_request"/s)
  })

  it('are refused when the path has a malformed escape', async () => {
    await using world = await createWorld()
    const { body } = await world.browser().send('delete', '/sessions/%E0%A4%A').set('Origin', FRONTEND).expect(400)
    expect(body.error).toBe('bad_request')
  })
})
