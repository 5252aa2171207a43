import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { operations } from '../src/api/operations.js'
import { isOwnPath } from '../src/embedding/own-paths.js'
import { setCookies } from './support/browser.js'
import { createHostWorld, express4, HOST_URL, type HostWorld, hostApplication } from './support/host-application.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld } from './support/world.js'

describe('the login in an application of one’s own', () => {
  it('logs somebody in, lands on the application’s own page, and out again', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    const landed = await browser.logIn()
    expect(landed.headers.location).toBe(`${HOST_URL}/?username=%E5%BC%A0%E4%B8%89`)
    expect((await browser.get(landed.headers.location ?? '').expect(200)).text).toBe('<h1>of the host</h1>')
    const { body: me } = await browser.get('/me').expect(200)
    expect(me).toMatchObject({ username: '张三', lastLoginAt: expect.stringMatching(/^\d{4}-.*Z$/) })
    expect((await browser.get('/private').expect(200)).body.user).toEqual(me)
    expect((await browser.get('/public').expect(200)).body.user).toEqual(me)

    await browser.post('/logout', 'http://evil.test').expect(403)
    await browser.post('/logout', HOST_URL).expect(204)
    expect((await browser.get('/private').expect(401)).body.error).toBe('unauthenticated')
    expect((await browser.get('/public').expect(200)).body.user).toBeNull()
  })

  it('leads back to the page that somebody wanted', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    const page = await browser.get('/private?year=2026').set('Accept', 'text/html').expect(401)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['cache-control']).toBe('no-store')
    const [, address = ''] = /href="(\/login\?redirect=[^"&]*)"/.exec(page.text) ?? []
    expect(address).toBe(`/login?redirect=${encodeURIComponent(`${HOST_URL}/private?year=2026`)}`)
    const landed = await browser.logIn('zhangsan', address.replace('/login', '/ding_url'))
    expect(landed.headers.location).toBe(`${HOST_URL}/private?year=2026&username=%E5%BC%A0%E4%B8%89`)
  })

  it('answers for requireUser as /me does, on the application’s own terms', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    const [me, own] = [await browser.get('/me').expect(401), await browser.get('/private').expect(401)]
    const { requestId: _, ...body } = own.body
    expect(me.body).toMatchObject(body)
    expect(own.headers['x-request-id']).toBe(own.body.requestId)
    // Its headers stay: a front end of its own reads the refusal.
    const read = await browser.get('/private').set('Origin', 'http://front.of.host.test').expect(401)
    expect(read.headers).toMatchObject({
      'access-control-allow-origin': 'http://front.of.host.test',
      'x-of-host': 'yes',
      'x-powered-by': 'Express',
    })
  })

  it('has its own headers on its own addresses, whatever stands in front', async () => {
    await using world = await createHostWorld()
    await using alone = await createWorld({ PUBLIC_URL: HOST_URL, FRONTEND_URL: `${HOST_URL}/` })
    for (const [path, accept] of [
      ['/login', 'text/html'],
      ['/me', 'application/json'],
      ['/me', 'text/html'],
      ['/account', 'text/html'],
      ['/client.js', '*/*'],
      ['/callback', 'text/html'],
      ['/verify', '*/*'],
      ['/.well-known/openid-configuration', '*/*'],
      ['/admin/nothing', 'text/html'],
    ] as const) {
      const ask = async (browser: ReturnType<typeof world.browser>) => {
        const { status, headers } = await browser.get(path).set('Accept', accept).set('Accept-Encoding', 'identity')
        const { date: _, 'x-request-id': __, 'set-cookie': ___, etag: ____, ...kept } = headers
        delete kept['content-length']
        return { status, headers: kept, etag: headers.etag }
      }
      const [here, there] = [await ask(world.browser()), await ask(alone.browser())]
      const frames = (text: unknown) => String(text).replaceAll(/http:\/\/localhost:\d+/g, 'http://dingtalk')
      const policy = 'content-security-policy'
      here.headers[policy] = frames(here.headers[policy])
      there.headers[policy] = frames(there.headers[policy])
      // Compression says so at the very end.
      if (String(here.headers.vary).includes('Accept-Encoding'))
        here.headers.vary = String(here.headers.vary).replace(/(, )?Accept-Encoding/, '')
      if (here.headers.vary === '') delete here.headers.vary
      delete here.headers['transfer-encoding']
      // Of the whole host: see below.
      delete here.headers['strict-transport-security']
      expect(here, path).toEqual(there)
    }
  })

  it('leaves Strict-Transport-Security to an application that sends it, and sends its own otherwise', async () => {
    const settings = { PUBLIC_URL: 'https://host.test' }
    const hsts = async (world: HostWorld) => (await world.browser().get('/me')).headers['strict-transport-security']
    await using strict = await createHostWorld(hostApplication, settings)
    expect(await hsts(strict)).toBe('max-age=31536000; includeSubDomains')
    await using plain = await createHostWorld((login) => express().use(login.routes), settings)
    expect(await hsts(plain)).toBe('max-age=31536000')
  })

  it('lets no origin read it because the application lets all of them', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    await browser.logIn()
    const foreign = await browser.get('/me').set('Origin', 'http://evil.test').expect(200)
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
    expect(foreign.headers).not.toHaveProperty('access-control-allow-credentials')
    const preflight = await browser
      .send('options', '/sessions')
      .set('Origin', 'http://evil.test')
      .set('Access-Control-Request-Method', 'DELETE')
      .expect(405)
    expect(preflight.headers).not.toHaveProperty('access-control-allow-origin')
  })

  it('touches nothing of the application’s own', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    const start = await browser.get('/').expect(200)
    expect(start.headers['content-security-policy']).toContain("img-src 'self' data:")
    expect(start.headers['x-powered-by']).toBe('Express')
    expect(start.headers).toHaveProperty('etag')
    expect(start.headers).not.toHaveProperty('x-request-id')
    expect((await browser.get('/healthz').expect(200)).body).toEqual({ of: 'host' })
    for (const path of ['/readyz', '/nothing', '/Me', '/me/too', '/assets/own.js', '/oidc/other', '/.well-known/other'])
      expect((await browser.get(path).expect(404)).text, path).toBe('the host has no such page')
    expect((await browser.send('put', '/nothing').expect(404)).text).toBe('the host has no such page')
    expect((await browser.send('put', '/me').expect(405)).headers.allow).toBe('GET, HEAD')
    await browser.logIn()
    expect((await browser.get('/broken').expect(500)).body).toEqual({ of: 'host', message: 'of the host' })
    const { body } = await browser.get('/private?a[b]=1').set('X-Forwarded-For', '203.0.113.9').expect(200)
    expect(body).toMatchObject({ ip: '203.0.113.9', query: { a: { b: '1' } } })
    const posted = await browser.send('post', '/private').send({ its: 'own' }).expect(200)
    expect(posted.body).toEqual({ body: { its: 'own' } })
  })

  it('keeps its session apart from the application’s, and that one lives on through a login and a logout', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    await browser.get('/count').expect(200, { visits: 1 })
    const before = browser.cookies.get('connect.sid')
    const landed = await browser.logIn()
    expect(setCookies(landed).filter((line) => line.startsWith('connect.sid='))).toEqual([])
    await browser.get('/count').expect(200, { visits: 2 })
    await browser.post('/logout', HOST_URL).expect(204)
    await browser.get('/count').expect(200, { visits: 3 })
    expect(browser.cookies.get('connect.sid')).toBe(before)
  })

  it('is opened by no session of the application’s, and says which cookie is in the way', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    await browser.get('/count').expect(200)
    // Signed with the same secret.
    browser.cookies.set('sid', browser.cookies.get('connect.sid') ?? '')
    await browser.get('/me').expect(401)
    await browser.get('/private').expect(401)
    const other = world.browser()
    other.cookies.set('sid', 's%3Asomebody.else')
    await other.get('/public').expect(200, { user: null })
    await other.get('/private').expect(401)
    const warnings = world.log.filter(({ level }) => level === 'warn')
    expect(warnings).toEqual([{ level: 'warn', cookie: 'sid', message: expect.stringContaining('another name') }])
  })

  it('judges addresses by TRUST_PROXY, whatever the application trusts', async () => {
    await using world = await createHostWorld(hostApplication, { RATE_LIMIT_PER_MINUTE: 3 })
    // The first one is not sent to the host that it claims to come by.
    const claimed = await world.browser().get('/ding_url').set('X-Forwarded-Host', 'evil.test').expect(302)
    expect(claimed.headers.location).toMatch(world.dingtalk.url)
    for (let n = 0; n < 2; n++) await world.browser().get('/ding_url').set('X-Forwarded-For', `10.0.0.${n}`).expect(302)
    const limited = await world.browser().get('/ding_url').set('X-Forwarded-For', '10.0.0.9').expect(429)
    expect(limited.body.error).toBe('rate_limited')
    const ips = world.log.filter(({ event }) => event === 'login_begun').map(({ ip }) => ip)
    expect(new Set(ips)).toEqual(new Set(['127.0.0.1']))
  })

  it('notes who asks for an application’s page as TRUST_PROXY has it', async () => {
    await using world = await createHostWorld(hostApplication, { TRUST_PROXY: 1 })
    const [one, other] = [world.browser(), world.browser()]
    await one.logIn()
    await other.logIn('lisi')
    // Sessions of two people are nobody's, with a line that says who asked.
    const cookies = `${one.cookieHeader}; ${other.cookieHeader}`
    await world
      .browser()
      .get('/private')
      .set('Cookie', cookies)
      .set('X-Forwarded-For', '203.0.113.9, 198.51.100.7:4711')
      .expect(401)
    const line = world.log.find(({ userIds }) => userIds !== undefined)
    expect(line).toMatchObject({ ip: '198.51.100.7' })
  })

  it('takes nobody’s word for who is signed in, and knows nobody whom another part has put there', async () => {
    await using world = await createHostWorld((login) => {
      const stranger: RequestHandler = (req, _res, next) => {
        Object.assign(req, { user: { id: 'x', username: 'somebody else' } })
        next()
      }
      return express()
        .use(stranger, login.routes)
        .get('/private', login.requireUser, (req, res) => void res.json(req.user))
        .get('/public', login.optionalUser, (req, res) => void res.json(req.user ?? null))
    })
    const browser = world.browser()
    await browser.get('/private').expect(401)
    await browser.get('/public').expect(200, 'null')
    await browser.get('/me').expect(401)
    await browser.logIn()
    for (const path of ['/private', '/public']) expect((await browser.get(path).expect(200)).body.username).toBe('张三')
  })

  it('says where it belongs when it is put below a path', async () => {
    await using world = await createHostWorld((login) => {
      const app = express()
      app.use('/auth', login.routes)
      const report: ErrorRequestHandler = (error: Error, _req, res, _next) => void res.status(500).send(error.message)
      app.use(report)
      return app
    })
    const { text } = await world.browser().get('/auth/ding_url').expect(500)
    expect(text).toMatch(/^login\.routes belongs at the root/)
    await world.browser().get('/auth/other').expect(404)
  })

  it('asks the database once for requireUser, as for /me, and not at all for others', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    await browser.logIn()
    using recorder = new StatementRecorder()
    recorder.take()
    await browser.get('/me').expect(200)
    const me = recorder.take()
    await browser.get('/private').expect(200)
    expect(recorder.take()).toEqual(me)
    expect(me).toHaveLength(1)
    await world.browser().get('/private').expect(401)
    await browser.get('/').expect(200)
    expect(recorder.take()).toEqual([])
  })

  it('asks the directory again for requireUser, and a leaver is out', async () => {
    await using world = await createHostWorld()
    const browser = world.browser()
    await browser.logIn()
    await browser.get('/private').expect(200)
    world.dingtalk.changePerson('zhangsan', { membership: 'left' })
    await browser.get('/private').expect(200)
    await world.database.sql(`UPDATE "User" SET "membershipCheckedAt" = '2020-01-01T00:00:00.000+00:00'`)
    await browser.get('/private').expect(401)
    expect(await world.database.sql('SELECT count(*) AS n FROM "Session"')).toEqual([{ n: 0 }])
  })

  it('fits Express 4, whose requests are as they were when they come back', async () => {
    await using world = await createHostWorld((login) => hostApplication(login, express4))
    const browser = world.browser()
    const page = await browser.get('/private').set('Accept', 'text/html').expect(401)
    expect(page.text).toContain('<!doctype html>')
    const landed = await browser.logIn()
    expect(landed.headers).not.toHaveProperty('x-powered-by')
    await browser.get(landed.headers.location ?? '').expect(200)
    const { body } = await browser.get('/private?a[b]=1').set('X-Forwarded-For', '203.0.113.9').expect(200)
    expect(body).toMatchObject({ user: { username: '张三' }, ip: '203.0.113.9', query: { a: { b: '1' } } })
    await browser.get('/count').expect(200, { visits: 1 })
    expect((await browser.get('/broken').expect(500)).body).toEqual({ of: 'host', message: 'of the host' })
    expect((await browser.get('/nothing').expect(404)).headers['x-powered-by']).toBe('Express')
    expect((await browser.get('/account').set('Accept', 'text/html').expect(200)).text).toContain('张三')
    await browser.post('/logout', HOST_URL).expect(204)
    await browser.get('/me').expect(401)
  })
})

describe('a request that is not of the login', () => {
  it('keeps its prototype and its headers, on the way through and behind requireUser', async () => {
    const seen: unknown[] = []
    await using world = await createHostWorld((login) => {
      const app = express()
      const note: RequestHandler = (req, res, next) => {
        seen.push([
          Object.getPrototypeOf(req) === app.request,
          Object.getPrototypeOf(res) === app.response,
          Object.keys(req).filter((name) => name !== 'user'),
          res.getHeaderNames(),
          req.headers['x-forwarded-for'],
        ])
        next()
      }
      return app.use(note, login.routes, login.optionalUser, note, (_req, res) => void res.send('here'))
    })
    const browser = world.browser()
    await browser.logIn()
    seen.splice(0)
    await browser.get('/own').set('X-Forwarded-For', '198.51.100.7:4711').expect(200)
    expect(seen).toHaveLength(2)
    expect(seen[1]).toEqual(seen[0])
    expect(seen[0]).toMatchObject([true, true, expect.anything(), ['x-powered-by'], '198.51.100.7:4711'])
  })

  it('is told by its path alone from those that are, which are all that a server of its own has', () => {
    for (const path of Object.keys(operations)) {
      const target = path.replaceAll(/:\w+/g, 'x')
      const isOfHost = ['/', '/healthz', '/readyz'].includes(path)
      for (const asked of [target, `${target}?a=/b`, `http://login.test${target}`])
        expect(isOwnPath(asked), asked).toBe(!isOfHost)
      if (path !== '/') expect(isOwnPath(`${target}/`)).toBe(!isOfHost)
      expect(isOwnPath(`/x${target}`)).toBe(false)
      expect(isOwnPath(`${target}/x/y`)).toBe(false)
      expect(isOwnPath(target.toUpperCase())).toBe(false)
    }
    expect(['/admin', '/admin/', '/admin/people/x', '/admin?x'].map(isOwnPath)).toEqual([true, true, true, true])
    expect(['/administration', '*', '//me', '/me%2f', '', 'me'].map(isOwnPath)).toEqual(Array(6).fill(false))
  })
})
