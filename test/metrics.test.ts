import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { PrometheusMetrics } from '../src/adapters/prometheus.js'
import type { Fault } from '../src/emulator/emulator.js'
import { MINUTE } from '../src/time.js'
import { freePort, runCompiled } from './support/command.js'
import { onPostgresql } from './support/database.js'
import { samples, scrape, sumOf } from './support/metrics.js'
import { StatementRecorder } from './support/statements.js'
import { createWorld, SAME_SITE, type World } from './support/world.js'

const watched = (settings: Record<string, string> = {}) => createWorld({ METRICS_PORT: '0', ...settings })

/** Sends these bytes as they are and waits for the end of the connection. */
async function sendRaw(serverUrl: string, bytes: string): Promise<void> {
  const socket = connect(Number(new URL(serverUrl).port), '127.0.0.1')
  socket.resume().on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
}

/** The logins that ended, by outcome; those that never did are left out. */
async function outcomes(world: World): Promise<Record<string, number>> {
  const ended = (await samples(world)).filter(({ name, value }) => name === 'dingtalk_login_logins_total' && value > 0)
  return Object.fromEntries(ended.map(({ labels, value }) => [labels.outcome, value]))
}

/** The calls to DingTalk, as `call outcome`. */
async function calls(world: World): Promise<Record<string, number>> {
  const made = (await samples(world)).filter(
    ({ name }) => name === 'dingtalk_login_dingtalk_call_duration_seconds_count',
  )
  return Object.fromEntries(made.map(({ labels, value }) => [`${labels.call} ${labels.outcome}`, value]))
}

/** The requests, as `method route status`. */
async function requests(world: World): Promise<Record<string, number>> {
  const served = (await samples(world)).filter(({ name }) => name === 'dingtalk_login_http_requests_total')
  return Object.fromEntries(
    served.map(({ labels, value }) => [`${labels.method} ${labels.route} ${labels.status}`, value]),
  )
}

describe('logins', () => {
  it('are counted when they begin and when they succeed', async () => {
    await using world = await watched()
    expect(await sumOf(world, 'logins_begun_total')).toBe(0)
    await world.browser().logIn()
    expect(await sumOf(world, 'logins_begun_total')).toBe(1)
    expect(await outcomes(world)).toEqual({ succeeded: 1 })
    await world.browser().get('/login').expect(200)
    expect(await sumOf(world, 'logins_begun_total')).toBe(2)
  })

  it('are counted by the code they were refused with', async () => {
    await using world = await watched({ RATE_LIMIT_PER_MINUTE: '7' })
    const browser = world.browser()
    await browser.get(await browser.scan('wangwu')).expect(403)
    await browser.get('/ding_url?redirect=https://evil.test/').expect(400)
    await browser.get('/callback?code=a&state=b').expect(400)
    await browser.get('/callback').expect(400)
    const late = await browser.scan()
    world.pass(11 * MINUTE)
    await browser.get(late).expect(400)
    await browser.get(late).expect(429)
    expect(await outcomes(world)).toEqual({
      not_a_member: 1,
      redirect_not_allowed: 1,
      attempt_missing: 1,
      bad_request: 1,
      attempt_expired: 1,
      rate_limited: 1,
    })
  })

  it('have every outcome from the start, so that the first one of a kind is an increase', async () => {
    await using world = await watched()
    for (const outcome of ['succeeded', 'dingtalk_misconfigured', 'internal'])
      expect(await sumOf(world, 'logins_total', { outcome })).toBe(0)
  })
})

describe('calls to DingTalk', () => {
  it('are counted and timed by call', async () => {
    await using world = await watched()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 300 })
    await world.browser().logIn()
    expect(await calls(world)).toEqual({ 'getuserinfo_bycode ok': 1, 'gettoken ok': 1, 'getbyunionid ok': 1 })
    const slow = { call: 'getuserinfo_bycode', outcome: 'ok' }
    const name = 'dingtalk_call_duration_seconds'
    expect(await sumOf(world, `${name}_sum`, slow)).toBeGreaterThan(0.29)
    expect(await sumOf(world, `${name}_sum`, slow)).toBeLessThan(15)
    expect(await sumOf(world, `${name}_bucket`, { ...slow, le: '0.25' })).toBe(0)
    expect(await sumOf(world, `${name}_bucket`, { ...slow, le: '+Inf' })).toBe(1)
  })

  it('are counted in the oauth2 flow too', async () => {
    await using world = await watched({ DINGTALK_FLOW: 'oauth2' })
    world.dingtalk.failNext('users/me', { status: 500, code: 'systemError' })
    const browser = world.browser()
    await browser.get(await browser.scan()).expect(503)
    expect(await calls(world)).toEqual({ 'userAccessToken ok': 1, 'users/me dingtalk_unavailable': 1 })
  })

  it.each<[Fault, string]>([
    ['html', 'dingtalk_unavailable'],
    ['truncated', 'dingtalk_unreadable'],
    ['reset', 'dingtalk_unavailable'],
    ['hang', 'dingtalk_timeout'],
    [{ errcode: 853004 }, 'dingtalk_misconfigured'],
    [{ errcode: 40078 }, 'code_rejected'],
  ])('are counted by our code when they fail: %j is %s', async (fault, code) => {
    await using world = await watched({ DINGTALK_TIMEOUT: '1s' })
    world.dingtalk.failNext('getuserinfo_bycode', fault)
    const browser = world.browser()
    expect((await browser.get(await browser.scan())).body.error).toBe(code)
    expect(await calls(world)).toEqual({ [`getuserinfo_bycode ${code}`]: 1 })
    expect(await outcomes(world)).toEqual({ [code]: 1 })
  })
})

describe('requests', () => {
  it('are counted by the pattern of their route, method and status', async () => {
    await using world = await watched()
    const browser = world.browser()
    await browser.logIn()
    await browser.get('/me').expect(200)
    await browser.get('/me/').expect(200)
    await world.browser().get('/me?x=1').expect(401)
    await browser.send('put', '/me').expect(405)
    await browser.delete('/sessions/one').expect(404)
    await browser.delete('/sessions/another').expect(404)
    await browser.send('head', '/verify').expect(204)
    await browser.get('/nothing/here').expect(404)
    await browser.get(`/me?${'x'.repeat(9000)}`).expect(400)
    await sendRaw(world.serverUrl, 'PROPFIND /verify HTTP/1.1\r\nHost: login.test\r\nConnection: close\r\n\r\n')
    await sendRaw(world.serverUrl, 'GET http://[/me HTTP/1.1\r\nHost: login.test\r\n\r\n')
    expect(await requests(world)).toEqual({
      'GET /ding_url 302': 1,
      'GET /callback 302': 1,
      'GET /me 200': 2,
      'GET /me 401': 1,
      'PUT /me 405': 1,
      'DELETE /sessions/:id 404': 2,
      'HEAD /verify 204': 1,
      'other /verify 401': 1,
      'GET unmatched 404': 1,
      'GET unmatched 400': 2,
    })
    const timed = 'http_request_duration_seconds_count'
    expect(await sumOf(world, timed, { route: '/me' })).toBe(4)
    expect(await sumOf(world, timed, { route: '/sessions/:id' })).toBe(2)
    expect(await sumOf(world, timed, { route: 'unmatched' })).toBe(3)
  })

  it('are timed until their answer is out', async () => {
    await using world = await watched()
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 300 })
    await browser.get(callback).expect(302)
    const seconds = await sumOf(world, 'http_request_duration_seconds_sum', { route: '/callback' })
    expect(seconds).toBeGreaterThan(0.29)
    expect(seconds).toBeLessThan(15)
  })

  it('are counted as given up when their client gave them up', async () => {
    await using world = await watched()
    const browser = world.browser()
    const callback = new URL(await browser.scan())
    world.dingtalk.failNext('getuserinfo_bycode', { delayMs: 500 })
    const asked = world.dingtalk.nextCall('getuserinfo_bycode')
    const socket = connect(Number(new URL(world.serverUrl).port), '127.0.0.1')
    const path = callback.pathname + callback.search
    socket.write(`GET ${path} HTTP/1.1\r\nHost: login.test\r\nCookie: ${browser.cookieHeader}\r\n\r\n`)
    await asked
    socket.destroy()
    while (!('GET /callback aborted' in (await requests(world))));
    expect(await requests(world)).toEqual({ 'GET /ding_url 302': 1, 'GET /callback aborted': 1 })
  })
})

describe('the sessions alive', () => {
  it('are asked of the database once a minute at most', async () => {
    await using world = await watched()
    const browser = world.browser()
    expect(await sumOf(world, 'sessions_alive')).toBe(0)
    await browser.logIn()
    await world.browser().logIn('lisi')
    expect(await sumOf(world, 'sessions_alive')).toBe(0)
    world.pass(MINUTE)
    expect(await sumOf(world, 'sessions_alive')).toBe(2)
    await browser.post('/logout').expect(204)
    world.pass(MINUTE)
    expect(await sumOf(world, 'sessions_alive')).toBe(1)
    world.pass(8 * 60 * MINUTE)
    expect(await sumOf(world, 'sessions_alive')).toBe(0)
  })

  it('are those of the whole database, whichever process is asked', async () => {
    await using world = await watched()
    const other = await world.anotherServer()
    await world.browser().logIn()
    await other.browser().logIn()
    expect([await sumOf(world, 'sessions_alive'), await sumOf(other, 'sessions_alive')]).toEqual([2, 2])
  })

  it('are left out while the database is away, and nothing else is', async () => {
    await using world = await watched()
    await world.sql('ALTER TABLE "Session" RENAME TO "Away"')
    expect(await sumOf(world, 'sessions_alive')).toBeUndefined()
    expect(await sumOf(world, 'logins_total', { outcome: 'succeeded' })).toBe(0)
    await world.sql('ALTER TABLE "Away" RENAME TO "Session"')
    world.pass(MINUTE)
    expect(await sumOf(world, 'sessions_alive')).toBe(0)
  })

  it('are waited for no longer than a moment, and asked once however many scrapes wait', async () => {
    let time = 0
    const asked: ((count: number) => void)[] = []
    const countSessions = () => new Promise<number>((resolve) => asked.push(resolve))
    const metrics = new PrometheusMetrics({ flow: 'oauth2', countSessions, onFailure: () => {}, now: () => time })
    const told = async () => /^dingtalk_login_sessions_alive (.*)$/m.exec((await metrics.exposition()).text)?.[1]

    expect(await Promise.all([told(), told()])).toEqual([undefined, undefined])
    time += 2 * MINUTE
    const waiting = told()
    expect(asked).toHaveLength(1)
    asked[0]?.(7)
    expect([await waiting, await told()]).toEqual(['7', undefined])
    // What was asked last has no answer yet: an older one is not told in its place.
    expect(asked).toHaveLength(2)
  })

  if (onPostgresql) console.log('skipped: counting by an index alone; the plan is read as SQLite writes it')
  it.skipIf(onPostgresql)('are counted by an index alone', async () => {
    await using world = await watched()
    using recorder = new StatementRecorder()
    await scrape(world)
    const [count, ...others] = recorder.take().filter((statement) => statement.includes('count('))
    expect(others).toEqual([])
    const plan = await world.sql(`EXPLAIN QUERY PLAN ${count?.replaceAll('?', "'2026-01-01T00:00:00.000+00:00'")}`)
    expect(JSON.stringify(plan)).toMatch(/SEARCH Session USING COVERING INDEX Session_lastSeenAt_idx/)
  })
})

describe('the exposition', () => {
  it('says what is running', async () => {
    await using world = await watched({ DINGTALK_FLOW: 'oauth2' })
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    const labels = { version, node_version: process.version, flow: 'oauth2' }
    expect(await sumOf(world, 'build_info', labels)).toBe(1)
    expect(await sumOf(world, 'process_cpu_seconds_total')).toBeGreaterThan(0)
    expect(await sumOf(world, 'process_resident_memory_bytes')).toBeGreaterThan(0)
    expect(await sumOf(world, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0)
  })

  it('has no more series however odd the requests are, and names nobody', { timeout: 120_000 }, async () => {
    await using world = await watched({ RATE_LIMIT_PER_MINUTE: '1000000' })
    const signedIn = world.browser()
    const callback = new URL(await signedIn.scan())
    await signedIn.get(callback.href).expect(302)
    const session = (await signedIn.get('/sessions').expect(200)).body[0]
    const me = (await signedIn.get('/me').expect(200)).body

    const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PROPFIND', 'SEARCH', 'PURGE', 'MKCOL']
    const odd = async (from: number, to: number) => {
      const bytes: string[] = []
      for (let n = from; n < to; n++) {
        const paths = [
          `/odd-${n}`,
          `/me/${n}`,
          `/sessions/id-${n}`,
          `/callback?code=c${n}&state=s${n}`,
          `/verify?n=${n}`,
        ]
        for (const path of paths) {
          const headers = `Host: odd-${n}.test\r\nUser-Agent: agent-${n}\r\nOrigin: http://o${n}.test\r\nX-Request-Id: request-${n}`
          bytes.push(`${methods[n % methods.length]} ${path} HTTP/1.1\r\n${headers}\r\n\r\n`)
        }
      }
      await sendRaw(world.serverUrl, `${bytes.join('')}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    }
    // Some come with a process's first requests, such as a new kind of garbage collection.
    const series = async () => (await samples(world)).filter(({ name }) => !name.includes('_nodejs_')).length
    await odd(0, 16)
    const before = await series()
    for (let batch = 1; batch <= 10; batch++) await odd(batch * 64, batch * 64 + 64)
    expect(await sumOf(world, 'http_requests_total')).toBeGreaterThan(3000)
    expect(await series()).toBe(before)

    const text = await scrape(world)
    const personal = [me.id, me.nick, me.unionId, session.id, '127.0.0.1', 'zhangsan']
    const secret = [callback.searchParams.get('code'), callback.searchParams.get('state'), 'dingemulator']
    for (const word of [...personal, ...secret, 'odd-', 'agent-', 'request-', 'PROPFIND']) {
      expect(word).toBeTruthy()
      expect(text).not.toContain(word)
    }
  })

  it('is answered to GET and HEAD of /metrics alone, on a port of its own', async () => {
    await using world = await watched()
    const { origin } = new URL(world.metricsUrl)
    const whole = await fetch(world.metricsUrl)
    expect(whole.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(await whole.text()).toContain('dingtalk_login_build_info')
    const head = await fetch(world.metricsUrl, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(1000)
    for (const method of ['POST', 'DELETE', 'OPTIONS']) {
      const refused = await fetch(world.metricsUrl, { method })
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    }
    for (const path of ['/', '/metrics/', '/me', '/healthz']) expect((await fetch(origin + path)).status).toBe(404)
    expect((await fetch(`${world.metricsUrl}?format=text`)).status).toBe(200)
    await world.browser().get('/metrics').expect(404)
  })

  it('is written without what cannot be noted, and no request fails for it', async () => {
    await using world = await watched()
    // prom-client throws on what is no number.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(Number.NaN)
    const unhandled = vi.fn()
    process.on('uncaughtException', unhandled)
    try {
      await world.browser().logIn()
      await world.browser().get('/me').expect(401)
      expect(unhandled).not.toHaveBeenCalled()
    } finally {
      process.off('uncaughtException', unhandled)
      clock.mockRestore()
    }
    expect(world.log.filter(({ msg }) => msg === 'metrics could not be noted')).toHaveLength(1)
    expect(await scrape(world)).toContain('dingtalk_login_build_info')
  })

  it('ends with the server', async () => {
    let url = ''
    {
      await using world = await watched()
      url = world.metricsUrl
      await scrape(world)
    }
    await expect(fetch(url)).rejects.toThrow()
  })
})

describe('METRICS_PORT', () => {
  it('is named when it is taken, and nothing is left listening', async () => {
    await using world = await watched()
    const { port } = new URL(world.metricsUrl)
    await using server = runCompiled('start', { env: { ...world.settings, ...SAME_SITE, METRICS_PORT: port } })
    expect(await server.ended()).toBe(1)
    expect(server.output).toBe(`METRICS_PORT: port ${port} is taken\n`)
  })

  it('is left again when PORT is taken', async () => {
    await using world = await watched()
    const { port } = new URL(world.serverUrl)
    await using server = runCompiled('start', { env: { ...world.settings, ...SAME_SITE, PORT: port } })
    expect(await server.ended()).toBe(1)
    expect(server.output).toBe(`PORT: port ${port} is taken\n`)
  })

  it.each([
    ['unset', {}, 'no'],
    ['set', { METRICS_PORT: '0' }, 'yes'],
  ])('decides when %s whether prom-client is loaded at all', async (_is, settings, loaded) => {
    await using world = await createWorld()
    const tell = `import { createRequire } from 'node:module'
      process.once('exit', () => {
        const files = Object.keys(createRequire('file:///').cache)
        console.log('loaded:', files.length > 0, files.some((file) => file.includes('prom-client')) ? 'yes' : 'no')
      })`
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(tell)}`
    await using server = runCompiled('start', { env: { ...world.settings, ...settings, NODE_OPTIONS } })
    await server.printed(/"listening"/)
    expect(await server.stop('SIGTERM')).toBe(0)
    expect(server.output).toContain(`loaded: true ${loaded}`)
  })

  it('answers a scrape of a compiled server until it is told to stop', async () => {
    await using world = await createWorld()
    const port = await freePort()
    await using server = runCompiled('start', { env: { ...world.settings, METRICS_PORT: String(port) } })
    await server.printed(new RegExp(`"metricsPort":${port}.*"listening"`))
    const metricsUrl = `http://127.0.0.1:${port}/metrics`
    expect(await sumOf({ metricsUrl }, 'sessions_alive')).toBe(0)
    expect(await server.stop('SIGTERM')).toBe(0)
    await expect(fetch(metricsUrl)).rejects.toThrow()
  })
})
