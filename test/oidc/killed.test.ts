import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import request, { type Response } from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { addApplication, REDIRECT_URI, SECRET } from '../support/applications.js'
import { agree, Browser } from '../support/browser.js'
import { type Command, freePort, runCompiled } from '../support/command.js'
import { LogoutListener } from '../support/logout-listener.js'
import { killAtEachMoment, mortal } from '../support/mortal-program.js'
import { RelyingParty } from '../support/relying-party.js'
import { createWorld, PUBLIC_URL, SAME_SITE, type World } from '../support/world.js'

const AUTHORIZE = `/oidc/auth?${new URLSearchParams({
  client_id: 'app',
  redirect_uri: REDIRECT_URI,
  response_type: 'code',
  scope: 'openid profile offline_access',
  state: 'the-state',
})}`

/** The compiled server, which is killed and started again; its browser goes on with the cookies that it has. */
class MortalServer implements AsyncDisposable {
  #command: Command | undefined
  #url = ''
  readonly #settings: Record<string, string>
  readonly #cookies = new Map<string, string>()

  constructor(world: World) {
    this.#settings = { ...world.settings, ...SAME_SITE }
  }

  async start(): Promise<void> {
    const port = await freePort()
    this.#command = runCompiled('start', { env: { ...this.#settings, PORT: String(port) } })
    await this.#command.printed(/"listening"/)
    this.#url = `http://127.0.0.1:${port}`
  }

  async killAndStart(): Promise<void> {
    await this.#command?.stop('SIGKILL')
    await this.start()
  }

  async visit(address: string): Promise<string> {
    const browser = new Browser(this.#url, PUBLIC_URL)
    for (const [name, value] of this.#cookies) browser.cookies.set(name, value)
    const response = await browser.get(address)
    expect(response.status, response.text).toBeOneOf([302, 303])
    this.#cookies.clear()
    for (const [name, value] of browser.cookies) this.#cookies.set(name, value)
    return String(response.headers.location)
  }

  call(form: Record<string, string>): Promise<Response> {
    return request(this.#url).post('/oidc/token').auth('app', SECRET).type('form').send(form)
  }

  async userinfo(token: string): Promise<Response> {
    return request(this.#url).get('/oidc/userinfo').auth(token, { type: 'bearer' })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#command?.[Symbol.asyncDispose]()
  }
}

const exchange = (location: string) => ({
  grant_type: 'authorization_code',
  code: new URL(location).searchParams.get('code') ?? '',
  redirect_uri: REDIRECT_URI,
})

it('lets an application’s login go on, whichever step the process is killed behind', async () => {
  await using world = await createWorld()
  await addApplication(world, { refreshTokens: true })
  await using server = new MortalServer(world)
  await server.start()
  const waiting = await server.visit(AUTHORIZE)
  await server.killAndStart()
  const begun = await server.visit(await server.visit(waiting))
  await server.killAndStart()
  const back = await server.visit(await agree(begun, 'zhangsan'))
  await server.killAndStart()
  const resumed = await server.visit(back)
  await server.killAndStart()
  const location = await server.visit(resumed)
  await server.killAndStart()
  const { body: tokens } = await server.call(exchange(location))
  expect(tokens).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) })
  await server.killAndStart()
  expect((await server.userinfo(tokens.access_token)).body.name).toBe('张三')
  const refreshed = await server.call({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  expect(refreshed.status).toBe(200)
}, 60_000)

/** The same browser, at this server. */
function at(server: Pick<World, 'browser'>, { cookies }: Browser): Browser {
  const browser = server.browser()
  for (const [name, value] of cookies) browser.cookies.set(name, value)
  return browser
}

async function signedIn(world: World): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn()
  return browser
}

const kinds = async (world: World, ...wanted: string[]) =>
  (await world.sql('SELECT kind FROM "OpenidRecord"'))
    .map(({ kind }) => kind)
    .filter((kind) => wanted.includes(String(kind)))

describe('a server that is killed in the middle of a step', () => {
  it('gives no code that counts twice, and the next one lets the person in', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const deaths = await killAtEachMoment(world, {
      // As if they had never come to it in this session.
      prepare: () => world.sql('DELETE FROM "ApplicationSession"'),
      ask: (server) => at(server, browser).get(party.authorizeUrl()).then(),
      after: async () => {
        const { accessToken } = await party.enter(browser)
        expect((await party.userinfo(accessToken)).status).toBe(200)
        expect(await world.sql('SELECT 1 FROM "ApplicationSession"')).toHaveLength(1)
      },
    })
    expect(deaths).toBeGreaterThanOrEqual(3)
  }, 60_000)

  it('answers a request that waited for a login once, or not at all', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const deaths = await killAtEachMoment(world, {
      prepare: async () => {
        const browser = world.browser()
        const begun = await browser.get(party.authorizeUrl()).expect(303)
        return { browser, resumeUrl: await party.logInUntilResumed(browser, begun) }
      },
      ask: (server, { browser, resumeUrl }) => at(server, browser).get(resumeUrl).then(),
      after: async ({ browser, resumeUrl }) => {
        const { status, headers, body } = await browser.get(resumeUrl)
        if (status === 303) expect(headers.location).toMatch(/^https:\/\/app\.test\/callback\?code=/)
        else expect([status, body.error]).toEqual([400, 'attempt_expired'])
        await browser.get(resumeUrl).expect(400)
        await party.enter(browser)
      },
    })
    expect(deaths).toBeGreaterThanOrEqual(4)
  }, 60_000)

  it('never gives two sets of tokens for a code', async () => {
    await using world = await createWorld()
    await addApplication(world, { refreshTokens: true })
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const outcomes: number[] = []
    const deaths = await killAtEachMoment(world, {
      prepare: async () => (await party.ask(browser, { scope: 'openid offline_access' })).get('code'),
      ask: (server, code) => new RelyingParty(server).exchange(code),
      after: async (code) => {
        const { status, body } = await party.exchange(code)
        outcomes.push(status)
        if (status !== 200) expect(body.error).toBe('invalid_grant')
        else expect((await party.userinfo(body.access_token)).status).toBe(200)
        expect((await party.exchange(code)).body.error).toBe('invalid_grant')
        expect(await kinds(world, 'AccessToken', 'RefreshToken', 'Grant')).toEqual([])
      },
    })
    expect(deaths).toBeGreaterThanOrEqual(4)
    // Before the code is spent it is good, and from then on never.
    expect(new Set(outcomes)).toEqual(new Set([200, 400]))
    expect(outcomes).toEqual([...outcomes].sort())
  }, 60_000)

  it('never leaves a public application with two refresh tokens', async () => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public', refreshTokens: true })
    const party = new RelyingParty(world, { isPublic: true })
    const browser = await signedIn(world)
    const deaths = await killAtEachMoment(world, {
      prepare: async () => String((await party.enter(browser, { scope: 'openid offline_access' })).refreshToken),
      ask: (server, token) => new RelyingParty(server, { isPublic: true }).refresh(token),
      after: async (token) => {
        const { status, body } = await party.refresh(token)
        if (status === 200) expect((await party.refresh(body.refresh_token)).status).toBe(200)
        expect((await party.refresh(token)).body.error).toBe('invalid_grant')
        expect(await kinds(world, 'AccessToken', 'RefreshToken', 'Grant')).toEqual([])
      },
    })
    expect(deaths).toBeGreaterThanOrEqual(4)
  }, 60_000)

  it('ends a session in applications, too, or not at all', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const party = new RelyingParty(world)
    let ended = 0
    const deaths = await killAtEachMoment(world, {
      prepare: async () => {
        const browser = await signedIn(world)
        return { browser, tokens: await party.enter(browser) }
      },
      ask: (server, { browser, tokens }) =>
        at(server, browser).get(`/oidc/logout?id_token_hint=${tokens.idToken}`).then(),
      after: async ({ browser, tokens }) => {
        const { status } = await browser.get('/me')
        expect((await party.userinfo(tokens.accessToken)).status).toBe(status)
        if (status === 401) await listener.told(++ended)
      },
    })
    expect(deaths).toBeGreaterThanOrEqual(2)
    expect(ended).toBeGreaterThanOrEqual(1)
  }, 60_000)

  it('tells an application of a logout again, where it died before it could note that it had', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    await party.enter(browser)
    const [{ sid } = {}] = await world.sql('SELECT sid FROM "ApplicationSession"')
    await world.close()
    await world.sql('DELETE FROM "Session"')
    const env = { ...world.settings, ...SAME_SITE }
    // It notes that it takes the task, and that it is done.
    for (const [moment, told] of [
      [1, 0],
      [2, 1],
    ] as const) {
      await using server = runCompiled('start', { env: { ...env, ...mortal(moment, 'start') } })
      expect(await server.ended(), server.output).toBe('SIGKILL')
      expect(listener.bodies).toHaveLength(told)
      expect(await world.sql('SELECT sid FROM "ApplicationSession"')).toEqual([{ sid }])
      // The time that other processes leave it to that one.
      await world.sql(`UPDATE "ApplicationSession" SET "nextTryAt" = "createdAt"`)
    }
    await using server = runCompiled('start', { env })
    await listener.told(2)
    await expect.poll(() => world.sql('SELECT sid FROM "ApplicationSession"'), { timeout: 10_000 }).toEqual([])
    const told = listener.bodies.map((body) => decodeJwt(new URLSearchParams(body).get('logout_token') ?? ''))
    expect(told.map((token) => token.sid)).toEqual([sid, sid])
    expect(new Set(told.map(({ jti }) => jti)).size).toBe(2)
    expect(server.output).not.toContain('a bug')
  }, 60_000)
})

describe('a command that is killed in the middle', () => {
  it('has rotated no key, or is done by the next one: applications’ logins go on', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const { DATABASE_URL = '', SESSION_SECRETS = '' } = world.settings
    const rotate = async (moment?: number) => {
      const env = { DATABASE_URL, SESSION_SECRETS, ...(moment !== undefined && mortal(moment, 'start')) }
      await using command = runCompiled('keys', { args: ['rotate', '--now'], env })
      return await command.ended()
    }
    const works = async () => {
      world.pass(11_000)
      const { idToken } = await party.enter(browser)
      expect((await party.claims(idToken)).sub).toBeDefined()
      return decodeProtectedHeader(idToken).kid
    }
    await works()
    let deaths = 0
    for (; (await rotate(deaths + 1)) === 'SIGKILL'; deaths++) {
      const before = await works()
      expect(await rotate()).toBe(0)
      expect(await works()).not.toBe(before)
      expect((await world.browser().get('/oidc/jwks')).body.keys).toHaveLength(1)
    }
    expect(deaths).toBe(2)
  }, 60_000)

  it('has applied all of a file, or nothing of it', async () => {
    await using world = await createWorld()
    await addApplication(world, { id: 'old' })
    const directory = mkdtempSync(path.join(tmpdir(), 'killed-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const file = path.join(directory, 'applications.yaml')
    const one = (name: string) =>
      `  ${name}: { name: ${name}, redirectUris: ['https://${name}.test/'], access: everyone }\n`
    writeFileSync(file, `applications:\n${one('grafana')}${one('gitlab')}`)
    const known = async () => (await world.sql('SELECT id FROM "Application" ORDER BY id')).map(({ id }) => id)
    let deaths = 0
    for (let result: number | string = ''; result !== 0; ) {
      const secretsFile = path.join(directory, `secrets-${deaths}`)
      const args = ['apply', file, '--prune', '--secrets-file', secretsFile]
      const env = { DATABASE_URL: String(world.settings.DATABASE_URL), ...mortal(deaths + 1, 'start') }
      await using command = runCompiled('apps', { args, env })
      result = await command.ended()
      if (result === 0) break
      expect(result, command.output).toBe('SIGKILL')
      expect(await known()).toEqual(['old'])
      deaths += 1
    }
    expect(deaths).toBeGreaterThanOrEqual(4)
    expect(await known()).toEqual(['gitlab', 'grafana'])
  }, 60_000)
})
