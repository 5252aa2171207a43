import { addApplication, REDIRECT_URI, SECRET } from './applications.js'
import type { Browser } from './browser.js'
import type { Answer } from './description.js'
import type { World } from './world.js'

/** What is asked, as its operation, and what comes of it: a status, or an error's code. */
type Asking = [operation: string, outcome: number | string, ask: (world: World) => Promise<Answer>]

/** The applications that are asked for below. */
export async function prepareOpenid(world: World): Promise<void> {
  await addApplication(world)
  await addApplication(world, { id: 'closed', access: [] })
}

function authorize(changes: Record<string, string> = {}): string {
  const usual = { client_id: 'app', redirect_uri: REDIRECT_URI, response_type: 'code', scope: 'openid' }
  return `/oidc/auth?${new URLSearchParams({ ...usual, ...changes })}`
}

async function signedIn(world: World): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn()
  return browser
}

async function interaction(browser: Browser, changes: Record<string, string> = {}): Promise<string> {
  const { headers } = await browser.get(authorize(changes)).expect(303)
  return String(headers.location)
}

/** Logs in for the application's request; gives where that goes on. */
async function resumption(browser: Browser, changes: Record<string, string> = {}): Promise<string> {
  const begun = await browser.get(await interaction(browser, changes)).expect(302)
  const landed = await browser.logIn('zhangsan', String(begun.headers.location).replace(/^http:\/\/[^/]+/, ''))
  const { headers } = await browser.get(String(landed.headers.location)).expect(302)
  return String(headers.location)
}

async function exchange(browser: Browser, changes: Record<string, string> = {}): Promise<Record<string, string>> {
  const { headers } = await browser.get(authorize(changes)).expect(303)
  return {
    grant_type: 'authorization_code',
    code: new URL(String(headers.location)).searchParams.get('code') ?? '',
    redirect_uri: REDIRECT_URI,
  }
}

function call(world: World, address: string, form: Record<string, string>, secret = SECRET) {
  return world.browser().send('post', address).auth('app', secret).type('form').send(form)
}

async function tokens(world: World, changes: Record<string, string> = {}) {
  const browser = await signedIn(world)
  const { body } = await call(world, '/oidc/token', await exchange(browser, changes)).expect(200)
  return { browser, accessToken: String(body.access_token), idToken: String(body.id_token) }
}

/** While nothing can be written. */
async function locked(world: World, ask: () => Promise<Answer>): Promise<Answer> {
  const unlock = await world.database.lockWrites()
  try {
    return await ask()
  } finally {
    await unlock()
  }
}

async function tooOften(world: World, address: string, method: 'get' | 'post' = 'get'): Promise<Answer> {
  const browser = (await world.anotherServer({ RATE_LIMIT_PER_MINUTE: '1' })).browser()
  await browser.get('/ding_url')
  return browser.send(method, address)
}

async function confirmation(browser: Browser): Promise<string> {
  const { text } = await browser.get('/oidc/logout').expect(200)
  return /name="xsrf" value="(\w+)"/.exec(text)?.[1] ?? ''
}

/** Calls of applications that carry a client's secret. */
function calls(address: string, good: (world: World) => Promise<Record<string, string>>): Asking[] {
  return [
    [`POST ${address}`, 200, async (world) => call(world, address, await good(world))],
    [`POST ${address}`, 400, (world) => call(world, address, {})],
    [`POST ${address}`, 401, (world) => call(world, address, {}, 'wrong')],
  ]
}

function userinfo(method: 'get' | 'post'): Asking[] {
  const operation = `${method.toUpperCase()} /oidc/userinfo`
  const ask = (world: World, token: string, query = '') =>
    world.browser().send(method, `/oidc/userinfo${query}`).set('Authorization', `Bearer ${token}`)
  return [
    [operation, 200, async (world) => ask(world, (await tokens(world)).accessToken)],
    [operation, 400, (world) => world.browser().send(method, '/oidc/userinfo?access_token=a')],
    [operation, 401, (world) => ask(world, 'wrong')],
    [operation, 403, async (world) => ask(world, (await tokens(world, { scope: 'profile' })).accessToken)],
  ]
}

/** What OpenID Connect's addresses are asked. */
export const openidAskings: Asking[] = [
  ['GET /.well-known/openid-configuration', 200, (world) => world.browser().get('/.well-known/openid-configuration')],
  ['GET /oidc/jwks', 200, (world) => world.browser().get('/oidc/jwks')],
  ['GET /oidc/auth', 200, async (world) => (await signedIn(world)).get(authorize({ response_mode: 'form_post' }))],
  ['GET /oidc/auth', 303, (world) => world.browser().get(authorize())],
  [
    'GET /oidc/auth',
    'redirect_not_allowed',
    (world) => world.browser().get(authorize({ redirect_uri: `${REDIRECT_URI}/` })),
  ],
  ['GET /oidc/auth', 'not_permitted', async (world) => (await signedIn(world)).get(authorize({ client_id: 'closed' }))],
  ['GET /oidc/auth', 'rate_limited', (world) => tooOften(world, authorize())],
  [
    'GET /oidc/auth/{uid}',
    200,
    async (world) => {
      const browser = world.browser()
      return browser.get(await resumption(browser, { response_mode: 'form_post' }))
    },
  ],
  [
    'GET /oidc/auth/{uid}',
    303,
    async (world) => {
      const browser = world.browser()
      return browser.get(await resumption(browser))
    },
  ],
  ['GET /oidc/auth/{uid}', 'attempt_expired', (world) => world.browser().get('/oidc/auth/x')],
  [
    'GET /oidc/auth/{uid}',
    'not_permitted',
    async (world) => {
      const browser = world.browser()
      return browser.get(await resumption(browser, { client_id: 'closed' }))
    },
  ],
  ['GET /oidc/auth/{uid}', 'rate_limited', (world) => tooOften(world, '/oidc/auth/x')],
  [
    'GET /oidc/interaction/{uid}',
    302,
    async (world) => {
      const browser = world.browser()
      return browser.get(await interaction(browser))
    },
  ],
  ['GET /oidc/interaction/{uid}', 'attempt_expired', (world) => world.browser().get('/oidc/interaction/x')],
  ['GET /oidc/interaction/{uid}', 'rate_limited', (world) => tooOften(world, '/oidc/interaction/x')],
  ...calls('/oidc/token', async (world) => exchange(await signedIn(world))),
  [
    'POST /oidc/token',
    503,
    async (world) => {
      const form = await exchange(await signedIn(world))
      return locked(world, () => call(world, '/oidc/token', form))
    },
  ],
  ...userinfo('get'),
  ...userinfo('post'),
  ...calls('/oidc/introspect', async (world) => ({ token: (await tokens(world)).accessToken })),
  ...calls('/oidc/revoke', async (world) => ({ token: (await tokens(world)).accessToken })),
  [
    'POST /oidc/revoke',
    503,
    async (world) => {
      const { accessToken } = await tokens(world)
      return locked(world, () => call(world, '/oidc/revoke', { token: accessToken }))
    },
  ],
  ['GET /oidc/logout', 200, async (world) => (await signedIn(world)).get('/oidc/logout')],
  [
    'GET /oidc/logout',
    303,
    async (world) => {
      const { browser, idToken } = await tokens(world)
      return browser.get(`/oidc/logout?id_token_hint=${idToken}`)
    },
  ],
  ['GET /oidc/logout', 400, (world) => world.browser().get('/oidc/logout?client_id=nobody')],
  ['POST /oidc/logout/confirm', 400, (world) => world.browser().send('post', '/oidc/logout/confirm')],
  ['GET /oidc/logout', 'rate_limited', (world) => tooOften(world, '/oidc/logout')],
  ['GET /oidc/logout/success', 200, (world) => world.browser().get('/oidc/logout/success')],
  ['GET /oidc/logout/success', 'rate_limited', (world) => tooOften(world, '/oidc/logout/success')],
  [
    'POST /oidc/logout/confirm',
    303,
    async (world) => {
      const browser = await signedIn(world)
      const form = { xsrf: await confirmation(browser), logout: 'yes' }
      return browser.send('post', '/oidc/logout/confirm').type('form').send(form)
    },
  ],
  ['POST /oidc/logout/confirm', 'rate_limited', (world) => tooOften(world, '/oidc/logout/confirm', 'post')],
]
