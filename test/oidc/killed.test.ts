import request, { type Response } from 'supertest'
import { expect, it } from 'vitest'
import { addApplication, REDIRECT_URI, SECRET } from '../support/applications.js'
import { agree, Browser } from '../support/browser.js'
import { type Command, freePort, runCompiled } from '../support/command.js'
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

  /** Kills it while it works on this. */
  async killDuring(send: () => Promise<Response>): Promise<void> {
    const answered = send().catch(() => undefined)
    await this.#command?.stop('SIGKILL')
    await answered
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

it('never gives two sets of tokens for a code, though it is killed while it gives the first', async () => {
  await using world = await createWorld()
  await addApplication(world)
  await using server = new MortalServer(world)
  await server.start()
  const begun = await server.visit(await server.visit(await server.visit(AUTHORIZE)))
  let location = await server.visit(await server.visit(await server.visit(await agree(begun, 'zhangsan'))))
  for (let round = 0; round < 3; round++) {
    const code = exchange(location)
    await server.killDuring(() => server.call(code))
    const before = await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE "consumedAt" IS NOT NULL`)
    const { status, body } = await server.call(code)
    if (before.length > 0) expect(body).toMatchObject({ error: 'invalid_grant' })
    else expect(status, JSON.stringify(body)).toBe(200)
    expect((await server.call(code)).body).toMatchObject({ error: 'invalid_grant' })
    expect(await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE kind = 'AccessToken'`)).toEqual([])
    location = await server.visit(AUTHORIZE)
  }
}, 60_000)
