import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { SqlApplicationSessionRows } from '../../src/adapters/database/application-session-rows.js'
import type { Database } from '../../src/adapters/database/database.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { SqlSigningKeyRows } from '../../src/adapters/database/signing-key-rows.js'
import { createLogger } from '../../src/log.js'
import { LogoutTokens } from '../../src/oidc/logout-tokens.js'
import { SigningKeys } from '../../src/oidc/signing-keys.js'
import { Audit } from '../../src/services/audit.js'
import { HOUR, MINUTE, SECOND } from '../../src/time.js'
import { addApplication, REDIRECT_URI } from '../support/applications.js'
import type { Browser } from '../support/browser.js'
import { takeSteps } from '../support/groups.js'
import { LogoutListener } from '../support/logout-listener.js'
import { createWorld, PUBLIC_URL, type World } from '../support/world.js'

/** What tells applications, in another process with a clock of its own, which looks when it is asked to. */
class Sender implements AsyncDisposable {
  readonly lines: unknown[] = []
  readonly #database: Database
  readonly #tokens: LogoutTokens
  // Ahead of the server, which finds nothing due.
  #now = Date.now() + HOUR

  private constructor(database: Database, secret: string) {
    const logger = createLogger('warn', { write: (line) => void this.lines.push(JSON.parse(line)) })
    const now = () => this.#now
    this.#database = database
    this.#tokens = new LogoutTokens({
      rows: new SqlApplicationSessionRows(database),
      keys: new SigningKeys({ rows: new SqlSigningKeyRows(database), secrets: [secret], log: logger, now }),
      issuer: PUBLIC_URL,
      audit: new Audit({ log: logger }),
      logger,
      now,
    })
  }

  static async open(world: World): Promise<Sender> {
    return new Sender(await openDatabase(world.database.url), String(world.settings.SESSION_SECRETS))
  }

  async after(ms: number): Promise<void> {
    this.#now += ms
    await this.#tokens.look()
    await this.#tokens.settled()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tokens.close()
    await this.#database.close()
  }
}

/** Enters the application in this browser; gives nothing, as the code is of no use here. */
async function enter(browser: Browser, id = 'app'): Promise<void> {
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid',
  })
  const entered = await browser.get(`/oidc/auth?${query}`).expect(303)
  expect(entered.headers.location).toMatch(/[?&]code=/)
}

/** A browser that has logged in, here and at the application. */
async function enterAnew(world: World): Promise<Browser> {
  const browser = world.browser()
  await browser.logIn()
  await enter(browser)
  return browser
}

/** The claims of what an application was sent, once its signature has been verified as a client does. */
async function read(world: World, body: string | undefined, audience = 'app'): Promise<JWTPayload> {
  const keys = createLocalJWKSet((await world.browser().get('/oidc/jwks').expect(200)).body)
  const token = new URLSearchParams(body).get('logout_token') ?? ''
  const { payload } = await jwtVerify(token, keys, { issuer: PUBLIC_URL, audience, typ: 'logout+jwt' })
  return payload
}

function* repeat(text: string): Generator<string> {
  for (;;) yield text
}

async function queue(world: World): Promise<unknown[]> {
  return world.sql('SELECT sid FROM "ApplicationSession" WHERE "sessionId" IS NULL')
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

describe('an application with a back-channel address', () => {
  it('is told of a logout, by a token that names the session, once', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const [browser, another] = [world.browser(), world.browser()]
    await browser.logIn()
    await another.logIn()
    await enter(browser)
    await enter(another)
    await enter(browser)
    const [first] = await world.sql('SELECT sid FROM "ApplicationSession" ORDER BY "createdAt"')
    await browser.post('/logout').expect(204)
    await listener.told(1)
    const claims = await read(world, listener.bodies[0])
    expect(claims).toMatchObject({ sid: first?.sid, events: { [EVENT]: {} } })
    // With `sub` some clients would end all sessions of that person.
    expect(claims).not.toHaveProperty('sub')
    expect(claims).not.toHaveProperty('nonce')
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(120)
    await another.post('/logout').expect(204)
    await listener.told(2)
    expect((await read(world, listener.bodies[1])).sid).not.toBe(first?.sid)
  })

  it('that is away for a while is told when it is back, by another token', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    listener.status = 503
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const browser = await enterAnew(world)
    await browser.post('/logout').expect(204)
    await listener.told(1)
    await expect
      .poll(() => world.sql('SELECT sid FROM "ApplicationSession" WHERE "triedAt" IS NOT NULL'))
      .toHaveLength(1)
    listener.status = 204
    world.pass(10 * SECOND)
    await listener.told(2)
    const [one, other] = await Promise.all(listener.bodies.map((body) => read(world, body)))
    expect(other?.sid).toBe(one?.sid)
    expect(other?.jti).not.toBe(one?.jti)
    await expect.poll(() => queue(world)).toEqual([])
    expect(world.log.filter(({ event }) => event === 'application_told_of_logout')).toHaveLength(1)
  })

  it('that stays away is given up after an hour, with a line', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    listener.status = 500
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    await enterAnew(world)
    await using sender = await Sender.open(world)
    await world.sql('DELETE FROM "Session"')
    let minutes = 0
    for (; (await queue(world)).length > 0 && minutes < 90; minutes++) await sender.after(MINUTE)
    expect(minutes).toBeGreaterThanOrEqual(60)
    expect(minutes).toBeLessThan(70)
    expect(listener.bodies.length).toBeGreaterThan(10)
    expect(sender.lines).toMatchObject([
      { event: 'application_not_told_of_logout', application: 'app', failure: 'HTTP 500' },
    ])
  }, 60_000)

  it('is told by one of several processes', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const other = await world.anotherServer()
    await other.browser().get('/.well-known/openid-configuration').expect(200)
    const browsers = Array.from({ length: 6 }, () => world.browser())
    for (const browser of browsers) {
      await browser.logIn()
      await enter(browser)
    }
    await Promise.all(browsers.map((browser) => browser.post('/logout').expect(204)))
    await listener.told(6)
    await expect.poll(() => queue(world), { timeout: 10_000 }).toEqual([])
    const sids = await Promise.all(listener.bodies.map(async (body) => (await read(world, body)).sid))
    expect(new Set(sids).size).toBe(6)
    expect(sids).toHaveLength(6)
  })

  it('that hangs holds no other one up', async () => {
    await using world = await createWorld()
    await using hanging = await LogoutListener.start()
    await using listener = await LogoutListener.start()
    hanging.hangs = true
    await addApplication(world, { id: 'hanging', backchannelLogoutUri: hanging.uri })
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const browsers = Array.from({ length: 6 }, () => world.browser())
    for (const browser of browsers) {
      await browser.logIn()
      await enter(browser, 'hanging')
    }
    await Promise.all(browsers.map((browser) => browser.post('/logout').expect(204)))
    await hanging.told(4)
    const last = world.browser()
    await last.logIn()
    await enter(last)
    await last.post('/logout').expect(204)
    await listener.told(1)
    expect(hanging.bodies).toHaveLength(4)
  })

  it.each(['a redirect', 'an answer without end'])(
    'that gives %s has not been told, and leads nowhere',
    async (given) => {
      await using world = await createWorld()
      await using listener = await LogoutListener.start()
      await using inside = await LogoutListener.start()
      if (given === 'a redirect') Object.assign(listener, { status: 307, headers: { Location: inside.uri } })
      else listener.answer = () => repeat('an-answer-that-nobody-keeps '.repeat(100))
      await addApplication(world, { backchannelLogoutUri: listener.uri })
      await enterAnew(world)
      await using sender = await Sender.open(world)
      await world.sql('DELETE FROM "Session"')
      await sender.after(0)
      expect(inside.bodies).toEqual([])
      expect(await world.sql('SELECT sid FROM "ApplicationSession" WHERE "triedAt" IS NOT NULL')).toHaveLength(1)
      for (let minutes = 0; (await queue(world)).length > 0 && minutes < 90; minutes++) await sender.after(MINUTE)
      expect(JSON.stringify(sender.lines)).toMatch(/"failure":"(HTTP 307|ERR_BAD_RESPONSE)"/)
      expect(JSON.stringify(sender.lines)).not.toMatch(/nobody-keeps|Location/)
      expect(inside.bodies).toEqual([])
    },
  )

  it('is told of sessions that ended while it was an application, also once it is none any more', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    await enterAnew(world)
    await world.sql(`DELETE FROM "Application" WHERE id = 'app'`)
    await world.sql('DELETE FROM "Session"')
    await listener.told(1)
    expect(await read(world, listener.bodies[0])).toMatchObject({ aud: 'app' })
  })

  it('is told where it was to be told when the session last came to it', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    const browser = await enterAnew(world)
    // As where the address was changed while that request was under way.
    await world.sql(`UPDATE "ApplicationSession" SET "logoutUri" = 'http://127.0.0.1:9/before'`)
    await enter(browser)
    await takeSteps(world, [{ step: 'remove', id: 'app' }])
    await world.sql('DELETE FROM "Session"')
    await listener.told(1)
    expect(await read(world, listener.bodies[0])).toMatchObject({ aud: 'app' })
  })

  it('that was the last one and was away is told by a server that starts later', async () => {
    await using world = await createWorld()
    await using listener = await LogoutListener.start()
    await addApplication(world, { backchannelLogoutUri: listener.uri })
    await enterAnew(world)
    await world.close()
    await takeSteps(world, [{ step: 'remove', id: 'app' }])
    const later = await world.anotherServer()
    await listener.told(1)
    expect(await read({ ...world, ...later }, listener.bodies[0])).toMatchObject({ aud: 'app' })
  })
})

it('an application without an address leaves nothing behind', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const browser = await enterAnew(world)
  await browser.post('/logout').expect(204)
  await expect.poll(() => world.sql('SELECT sid FROM "ApplicationSession"'), { timeout: 10_000 }).toEqual([])
  expect(world.log.filter(({ event }) => String(event).includes('told'))).toEqual([])
})
