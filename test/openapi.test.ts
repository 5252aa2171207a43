import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../src/app.js'
import { readConfig } from '../src/config/config.js'
import { createContext } from '../src/context.js'
import { errorTable } from '../src/errors.js'
import { createLogger } from '../src/log.js'
import { CrossOrigin } from '../src/middleware/cross-origin.js'
import { addEndpoint } from '../src/middleware/endpoint.js'
import { startServer } from '../src/server/server.js'
import { MINUTE } from '../src/time.js'
import { type Browser, setCookies } from './support/browser.js'
import { Command, freePort } from './support/command.js'
import { type Answer, Description } from './support/description.js'
import { CLIENT_SETTINGS, USER_AGENTS } from './support/in-client.js'
import { openidAskings, prepareOpenid } from './support/openid-askings.js'
import { createWorld, FRONTEND, PUBLIC_URL, type World } from './support/world.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** The server's own parts, on the world's database. */
async function contextOf(world: World) {
  return createContext({ config: readConfig(world.settings), logger: createLogger('silent') })
}

interface Layer {
  route?: { path: string } | undefined
  handle: object
}

/** The paths of all routes that Express would try. */
function routesOf(stack: readonly Layer[]): string[] {
  return stack.flatMap(({ route, handle }) => {
    if (route) return [route.path]
    return 'stack' in handle ? routesOf(handle.stack as Layer[]) : []
  })
}

describe('/openapi.json', () => {
  it('is a description that a public validator accepts', async () => {
    await using world = await createWorld()
    const { body } = await world.browser().get('/openapi.json').expect(200)
    expect(await new Validator().validate(body)).toEqual({ valid: true })
    expect((await new Validator().validate({ ...body, paths: { me: {} } })).valid).toBe(false)
  })

  it('is JSON like every other answer', async () => {
    await using world = await createWorld()
    const answer = await world.browser().get('/openapi.json').set('Origin', FRONTEND).expect(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers['access-control-allow-origin']).toBe(FRONTEND)
    expect((await world.browser().post('/openapi.json').expect(405)).headers.allow).toBe('GET, HEAD')
  })

  it.each([
    [{}, 'sid'],
    [{ PUBLIC_URL: 'https://login.example.com' }, '__Host-sid'],
    [{ PUBLIC_URL: 'https://login.example.com', COOKIE_DOMAIN: 'example.com' }, '__Secure-sid'],
  ])('speaks of this server: %j has the cookie %s', async (settings, name) => {
    await using world = await createWorld(settings)
    const { document } = await Description.of(world)
    expect(document.info.version).toBe(version)
    expect(document.servers).toEqual([{ url: world.settings.PUBLIC_URL }])
    expect(document.components.securitySchemes).toEqual({ session: { type: 'apiKey', in: 'cookie', name } })
  })

  it('is answered by the compiled server where there is nothing but dist, package.json and prisma', async () => {
    await using world = await createWorld()
    const directory = mkdtempSync(path.join(tmpdir(), 'dingtalk-login-'))
    for (const name of ['dist', 'package.json', 'prisma']) {
      cpSync(path.join(root, name), path.join(directory, name), { recursive: true })
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(directory, 'node_modules'), 'junction')
    const port = await freePort()
    const env = { ...world.settings, PORT: String(port) }
    await using server = new Command(process.execPath, { env, args: ['dist/cli/main.js', 'start'], cwd: directory })
    await server.printed(/"listening"/)
    const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`)
    expect(new Description(await answer.json()).document.info.version).toBe(version)
    await server.stop('SIGTERM')
    rmSync(directory, { recursive: true })
  })
})

describe('the description', () => {
  it('has the routes of the application and no others', async () => {
    await using world = await createWorld()
    await using ctx = await contextOf(world)
    const routes = routesOf(createApp(ctx).router.stack).filter((route) => !route.startsWith('/admin'))
    expect(routes.length).toBeGreaterThan(10)
    const { document } = await Description.of(world)
    expect(Object.keys(document.paths).sort()).toEqual(routes.map((route) => route.replace(/:(\w+)/g, '{$1}')).sort())
  })

  it('has the methods of each route and no others', async () => {
    await using world = await createWorld()
    const description = await Description.of(world)
    for (const [route, methods] of Object.entries(description.document.paths)) {
      const described = Object.keys(methods).map((method) => method.toUpperCase())
      if (route === '/verify') {
        expect(described).toEqual(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])
        continue
      }
      const answer = await world
        .browser()
        .send('put', route.replace(/\{\w+\}/, 'x'))
        .expect(405)
      expect(answer.headers.allow, route).toBe(described.join(', '))
      expect(description.faults('method_not_allowed', answer)).toEqual([])
    }
  })

  it('has every error code, with its status', async () => {
    await using world = await createWorld()
    const description = await Description.of(world)
    const errors = Object.entries(errorTable).map(([code, { status }]) => `${code} ${status}`)
    const { Error: schema } = description.document.components.schemas
    expect(schema).toMatchObject({ properties: { error: { enum: Object.keys(errorTable) } } })
    const found = [...description.operations()].flatMap(([name, { responses }]) =>
      Object.keys(responses).flatMap((status) => description.codes(name, Number(status)).map((c) => `${c} ${status}`)),
    )
    expect([...new Set([...found, 'method_not_allowed 405'])].sort()).toEqual(errors.sort())
  })

  it('has no code for every route that only some can give', async () => {
    await using world = await createWorld()
    const description = await Description.of(world)
    // A code that no operation names counts as one that every route can give: name it in src/api/operations.ts, or here.
    const known = ['bad_request', 'internal', 'service_unavailable']
    expect(codesOfEveryRoute(description).filter((code) => !known.includes(code))).toEqual([])
    expect(codesOfEveryRoute(description)).toEqual(expect.arrayContaining(['bad_request', 'internal']))
  })

  it('gives every operation a name of its own', async () => {
    await using world = await createWorld()
    const ids = [...(await Description.of(world)).operations().values()].map(({ operationId }) => operationId)
    expect(ids).toEqual([...new Set(ids)])
  })

  it('must name an address before it can be served', () => {
    const router = Router()
    const crossOrigin = new CrossOrigin({ frontends: [], publicUrl: PUBLIC_URL })
    const answer = () => {}
    const undescribed = () => {
      // @ts-expect-error no such address
      addEndpoint(router, crossOrigin, { path: '/nothing', methods: { GET: answer } })
      // @ts-expect-error no such method
      addEndpoint(router, crossOrigin, { path: '/me', methods: { GET: answer, POST: answer } })
      // @ts-expect-error a method that is described
      addEndpoint(router, crossOrigin, { path: '/sessions', methods: { GET: answer } })
    }
    expect(undescribed).toThrow()
  })
})

function codesOfEveryRoute(description: Description): string[] {
  const all = [...description.operations()].map(([name, { responses }]) =>
    Object.keys(responses).flatMap((status) => description.codes(name, Number(status))),
  )
  return (all[0] ?? []).filter((code) => all.every((codes) => codes.includes(code)))
}

/** What is asked, as its operation, and what comes of it: a status, or an error's code. */
type Asking = [operation: string, outcome: number | string, ask: (world: World) => Promise<Answer>]

const DINGTALK_BROWSER = 'Mozilla/5.0 (Windows NT 10.0) DingTalk/7.0'

async function signedIn(world: World): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn()
  return browser
}

async function currentSession(browser: Browser): Promise<string> {
  const { body } = await browser.get('/sessions').expect(200)
  return body[0].id
}

/** A callback that DingTalk does not let succeed. */
function failing(...order: Parameters<World['dingtalk']['failNext']>) {
  return async (world: World) => {
    const browser = world.browser()
    const callback = await browser.scan()
    world.dingtalk.failNext(...order)
    return browser.get(callback)
  }
}

async function tooOften(world: World, address: string): Promise<Answer> {
  const browser = (await world.anotherServer({ RATE_LIMIT_PER_MINUTE: '1' })).browser()
  await browser.get('/ding_url')
  return browser.get(address)
}

/** The text of an answer, whatever its type. */
async function fetched(url: string): Promise<Answer> {
  const answer = await fetch(url)
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
}

const askings: Asking[] = [
  ...openidAskings,
  ['GET /', 302, (world) => world.browser().get('/')],
  ['GET /ding_url', 302, (world) => world.browser().get('/ding_url')],
  [
    'GET /ding_url',
    200,
    async (world) => {
      const { browser } = await world.anotherServer(CLIENT_SETTINGS)
      return browser().get('/ding_url').set('User-Agent', USER_AGENTS.phone)
    },
  ],
  ['GET /ding_url', 'bad_request', (world) => world.browser().get('/ding_url?redirect=/&redirect=/')],
  ['GET /ding_url', 'redirect_not_allowed', (world) => world.browser().get('/ding_url?redirect=//evil.test')],
  ['GET /ding_url', 'rate_limited', (world) => tooOften(world, '/ding_url')],
  ['GET /callback', 302, (world) => world.browser().logIn()],
  ['GET /callback', 'bad_request', (world) => world.browser().get('/callback')],
  ['GET /callback', 'attempt_missing', (world) => world.browser().get('/callback?code=a&state=b')],
  [
    'GET /callback',
    'attempt_expired',
    async (world) => {
      const browser = world.browser()
      const callback = await browser.scan()
      world.pass(11 * MINUTE)
      world.dingtalk.moveClock(11 * MINUTE)
      return browser.get(callback)
    },
  ],
  [
    'GET /callback',
    'login_declined',
    async (world) => {
      const browser = world.browser()
      return browser.get((await browser.scan()).replace(/code=[^&]+/, 'error=access_denied'))
    },
  ],
  ['GET /callback', 'code_rejected', failing('getuserinfo_bycode', { errcode: 40078 })],
  [
    'GET /callback',
    'not_a_member',
    async (world) => {
      const browser = world.browser()
      return browser.get(await browser.scan('wangwu'))
    },
  ],
  [
    'GET /callback',
    'account_disabled',
    async (world) => {
      const browser = world.browser()
      await browser.logIn('lisi')
      await world.sql(`UPDATE "User" SET "disabledAt" = "lastLoginAt" WHERE username = '李四'`)
      return browser.get(await browser.scan('lisi'))
    },
  ],
  ['GET /callback', 'rate_limited', (world) => tooOften(world, '/callback?code=a&state=b')],
  ['GET /callback', 'dingtalk_misconfigured', failing('getuserinfo_bycode', { errcode: 60020 })],
  ['GET /callback', 'dingtalk_unreadable', failing('getuserinfo_bycode', 'truncated')],
  ['GET /callback', 'dingtalk_unavailable', failing('getuserinfo_bycode', 'ban')],
  ['GET /callback', 'dingtalk_timeout', failing('getuserinfo_bycode', 'hang')],
  ['GET /login', 200, (world) => world.browser().get('/login?redirect=/a&lang=zh&error=internal')],
  ['GET /login', 302, (world) => world.browser().get('/login').set('User-Agent', DINGTALK_BROWSER)],
  ['GET /login', 'redirect_not_allowed', (world) => world.browser().get('/login?redirect=//evil.test')],
  ['GET /login', 'rate_limited', (world) => tooOften(world, '/login')],
  ['GET /me', 200, async (world) => (await signedIn(world)).get('/me')],
  ['GET /me', 'unauthenticated', (world) => world.browser().get('/me')],
  ['GET /me', 'bad_request', (world) => world.browser().get(`/me?${'x'.repeat(9000)}`)],
  ['POST /logout', 204, async (world) => (await signedIn(world)).post('/logout')],
  ['POST /logout', 'origin_not_allowed', (world) => world.browser().post('/logout', 'https://evil.test')],
  ['GET /sessions', 200, async (world) => (await signedIn(world)).get('/sessions')],
  ['GET /sessions', 'unauthenticated', (world) => world.browser().get('/sessions')],
  ['DELETE /sessions', 204, async (world) => (await signedIn(world)).delete('/sessions')],
  ['DELETE /sessions', 'unauthenticated', (world) => world.browser().delete('/sessions')],
  ['DELETE /sessions', 'origin_not_allowed', (world) => world.browser().delete('/sessions', 'https://evil.test')],
  [
    'DELETE /sessions/{id}',
    204,
    async (world) => {
      const browser = await signedIn(world)
      return browser.delete(`/sessions/${await currentSession(browser)}`)
    },
  ],
  ['DELETE /sessions/{id}', 'unauthenticated', (world) => world.browser().delete('/sessions/x')],
  ['DELETE /sessions/{id}', 'origin_not_allowed', (world) => world.browser().delete('/sessions/x', 'null')],
  ['DELETE /sessions/{id}', 'not_found', async (world) => (await signedIn(world)).delete('/sessions/x')],
  ['DELETE /sessions/{id}', 'bad_request', (world) => world.browser().delete('/sessions/%zz')],
  ['GET /account', 200, async (world) => (await signedIn(world)).get('/account')],
  ['GET /account', 302, (world) => world.browser().get('/account')],
  ['GET /apps', 200, async (world) => (await signedIn(world)).get('/apps?search=a&after=b&lang=zh')],
  ['GET /apps', 302, (world) => world.browser().get('/apps')],
  ['GET /verify', 204, async (world) => (await signedIn(world)).get('/verify')],
  ['GET /verify', 302, (world) => world.browser().get('/verify?login=redirect').set('Accept', 'text/html')],
  ['GET /verify', 'not_permitted', async (world) => (await signedIn(world)).get('/verify?app=unknown')],
  ['GET /verify', 401, (world) => world.browser().get('/verify')],
  ['GET /healthz', 200, (world) => world.browser().get('/healthz')],
  ['GET /readyz', 200, (world) => world.browser().get('/readyz')],
  [
    'GET /readyz',
    503,
    async (world) => {
      await using ctx = await contextOf(world)
      const server = await startServer(ctx)
      ctx.readiness.beginStop()
      const answer = await fetched(`http://127.0.0.1:${server.port}/readyz`)
      await server.close()
      return answer
    },
  ],
  ['GET /openapi.json', 200, (world) => world.browser().get('/openapi.json')],
  ['GET /client.js', 200, (world) => fetched(`${world.serverUrl}/client.js`)],
  ['HEAD /client.js', 200, (world) => world.browser().send('head', '/client.js')],
  [
    'GET /client.js',
    304,
    async (world) => {
      const { headers } = await world.browser().get('/client.js')
      return world.browser().get('/client.js').set('If-None-Match', String(headers.etag))
    },
  ],
  ...['login.js', 'account.js', 'apps.js', 'times.js', 'group-lookup.js', 'copy.js', 'in-client.js', 'icon.svg'].map(
    (name): Asking => [`GET /assets/${name}`, 200, (world) => fetched(`${world.serverUrl}/assets/${name}`)],
  ),
]

describe('every response', () => {
  let world: World
  let description: Description
  beforeAll(async () => {
    world = await createWorld({ DINGTALK_TIMEOUT: '1s' })
    description = await Description.of(world)
    await prepareOpenid(world)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  it.each(askings)('of %s that ends in %s is described', async (operation, outcome, ask) => {
    const answer = await ask(world)
    expect(outcomeOf(answer)).toBe(outcome)
    expect(description.faults(operation, answer)).toEqual([])
  })

  it('is tried here if it is described', async () => {
    const everywhere = codesOfEveryRoute(description)
    const described = [...description.operations()].flatMap(([name, { responses }]) =>
      Object.entries(responses).flatMap(([status, response]) => {
        const codes = description.codes(name, Number(status))
        const isErrorAlone = '$ref' in response
        return [...(isErrorAlone ? [] : [status]), ...codes.filter((code) => !everywhere.includes(code))].map(
          (outcome) => `${name} ${outcome}`,
        )
      }),
    )
    const tried = askings.map(([operation, outcome]) => `${operation} ${outcome}`)
    // HEAD, and what /verify answers besides GET, have a test of their own; a database away is alike at all of OAuth's.
    const alike = (name: string) =>
      name.startsWith('HEAD ') || /^(?!GET)\w+ \/verify /.test(name) || /\/oidc\/(userinfo|introspect) 503$/.test(name)
    expect(described.filter((name) => !alike(name) && !tried.includes(name))).toEqual([])
  })

  it('to HEAD is that to GET without its content', async () => {
    const browser = await signedIn(world)
    const heads = [...description.operations().keys()].filter((name) => name.startsWith('HEAD '))
    expect(heads.length).toBeGreaterThan(8)
    for (const name of heads) {
      const { status, headers, text = '' } = await browser.send('head', name.split(' ')[1] ?? '')
      expect(description.faults(name, { status, headers, text })).toEqual([])
      expect(text).toBe('')
    }
  })

  it.each(['post', 'put', 'delete', 'options'] as const)('of /verify to %s is described', async (method) => {
    for (const browser of [await signedIn(world), world.browser()]) {
      const answer = await browser.send(method, '/verify')
      expect(description.faults(`${method.toUpperCase()} /verify`, answer)).toEqual([])
    }
  })

  it('of a server that fails is described everywhere', async () => {
    await using world = await createWorld()
    const browser = await signedIn(world)
    await world.sql('ALTER TABLE "Session" RENAME TO "Gone"')
    for (const operation of ['GET /me', 'GET /sessions', 'DELETE /sessions', 'POST /logout', 'GET /account']) {
      const [method = '', address = ''] = operation.split(' ')
      const answer = await browser.send(method.toLowerCase() as 'get', address).set('Origin', FRONTEND)
      expect(answer.status).toBeGreaterThanOrEqual(500)
      expect(description.faults(operation, answer)).toEqual([])
    }
    expect(description.faults('GET /verify', await browser.get('/verify'))).toEqual([])
  })

  it('may be a page where that is what the browser prefers', async () => {
    const answer = await world.browser().get('/me').set('Accept', 'text/html').expect(401)
    expect(answer.headers['content-type']).toMatch(/^text\/html/)
    expect(description.faults('GET /me', answer)).toEqual([])
  })

  it('at an address that is not described is not_found', async () => {
    expect(description.faults('not_found', await world.browser().get('/nothing').expect(404))).toEqual([])
  })

  it('would be noticed if it had one field more or less, another code, or another header', async () => {
    const browser = await signedIn(world)
    for (const address of ['/me', '/sessions']) {
      const answer = await browser.get(address).expect(200)
      const faultsOf = (change: (fields: Record<string, unknown>) => object) => {
        const body = Array.isArray(answer.body) ? answer.body.map(change) : change(answer.body)
        return description.faults(`GET ${address}`, { ...answerOf(answer), text: JSON.stringify(body) })
      }
      expect(faultsOf((fields) => fields)).toEqual([])
      expect(faultsOf((fields) => ({ ...fields, more: 1 }))).not.toEqual([])
      expect(faultsOf(({ id, ...fields }) => fields)).not.toEqual([])
    }

    const refused = await world.browser().get('/me').expect(401)
    const text = refused.text.replace('unauthenticated', 'code_rejected')
    expect(description.faults('GET /me', { ...answerOf(refused), text })).not.toEqual([])

    const verified = await browser.get('/verify').expect(204)
    const { 'x-auth-request-user': _, ...headers } = verified.headers
    expect(description.faults('GET /verify', { ...answerOf(verified), headers })).not.toEqual([])
  })

  it('lets nothing out that its schema does not name', async () => {
    const browser = await signedIn(world)
    const { body } = await browser.get('/me').expect(200)
    expect(Object.keys(body)).toEqual(['id', 'username', 'handle', 'nick', 'unionId', 'avatarUrl', 'lastLoginAt'])
    const { body: sessions } = await browser.get('/sessions').expect(200)
    expect(Object.keys(sessions[0])).toEqual(['id', 'current', 'createdAt', 'lastSeenAt', 'ip', 'userAgent'])
  })
})

function answerOf({ status, headers, text }: Answer): Answer {
  return { status, headers, text }
}

function outcomeOf({ status, text }: Answer): number | string {
  // OAuth's errors have no message of ours.
  return /^\{"error":"(\w+)","message"/.exec(text)?.[1] ?? status
}

describe('a query that the description refuses', () => {
  const ODD = [
    '',
    'a',
    '张三',
    'a b',
    'a\n',
    ' ',
    '\u0000',
    '%',
    'x'.repeat(512),
    'x'.repeat(513),
    `/${'x'.repeat(2048)}`,
  ]

  it.each([
    ['/ding_url', ''],
    ['/login', ''],
    ['/callback', 'state=abc&code=abc'],
  ])('is refused by %s', async (route, sound) => {
    await using world = await createWorld()
    const description = await Description.of(world)
    const name = `GET ${route}`
    const parameters = description.operations().get(name)?.parameters ?? []
    const refused = new Set<string>()
    for (const [index, { name: parameter, required }] of parameters.entries()) {
      for (const value of ODD.filter((odd) => description.parameterFaults(name, index, odd).length > 0)) {
        const query = new URLSearchParams(sound)
        query.set(parameter, value)
        const answer = await world.browser().get(`${route}?${query}`).expect(400)
        expect(outcomeOf(answer), `${parameter}=${value}`).toBe('bad_request')
        expect(setCookies(answer)).toEqual([])
        refused.add(parameter)
      }
      if (!required) continue
      const query = new URLSearchParams(sound)
      query.delete(parameter)
      expect(outcomeOf(await world.browser().get(`${route}?${query}`))).toBe('bad_request')
    }
    expect([...refused]).toEqual([route === '/callback' ? 'state' : 'redirect'])
  })

  it('has no parameter that the server does not read', async () => {
    await using world = await createWorld()
    const operations = (await Description.of(world)).operations()
    const named = (name: string) => operations.get(name)?.parameters.map((parameter) => parameter.name)
    expect(named('GET /ding_url')).toEqual(['redirect', 'way', 'lang'])
    expect(named('GET /callback')).toEqual(['state', 'code', 'authCode', 'error'])
    expect(named('GET /login')).toEqual(['redirect', 'lang', 'error'])
    expect(named('DELETE /sessions/{id}')).toEqual(['id'])
  })

  it('is not one whose hints are not understood', async () => {
    await using world = await createWorld()
    await world.browser().get('/login?lang=xx&error=nonsense&error=internal').expect(200)
  })
})
