import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { PrismaAccessRows } from '../../src/adapters/database/access-rows.js'
import { PrismaAdministratorRows } from '../../src/adapters/database/administrator-rows.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { PrismaPeopleRows } from '../../src/adapters/database/people-rows.js'
import { SqlSessionRows } from '../../src/adapters/database/session-rows.js'
import { createLogger } from '../../src/log.js'
import { Administrators } from '../../src/services/administrators.js'
import { Applications } from '../../src/services/applications.js'
import { Audit } from '../../src/services/audit.js'
import { PeopleAdmin } from '../../src/services/people-admin.js'
import { DAY, HOUR, SECOND } from '../../src/time.js'
import { addApplication } from '../support/applications.js'
import type { Browser } from '../support/browser.js'
import { runCompiled } from '../support/command.js'
import { takeSteps } from '../support/groups.js'
import { RelyingParty, type Tokens } from '../support/relying-party.js'
import { sessionsOf } from '../support/sessions.js'
import { createWorld, type World } from '../support/world.js'

const SECRET = 'a-secret-for-tests-of-32-characters-or-more'
const OTHER_SECRET = 'another-secret-of-32-characters-or-more'

/** One person in two browsers, each in both applications, of which one is told of logouts. */
interface Scene {
  world: World
  browser: Browser
  app: RelyingParty
  /** What the browser's session gave. */
  tokens: Tokens
  otherBrowser: Browser
  otherTokens: Tokens
  /** Lets what is over be removed, as each minute does. */
  sweep(): Promise<void>
}

/** How a session of the scene's first browser ends, and what else ends with it. */
interface End {
  settings?: Record<string, string>
  end(scene: Scene): unknown
  /** The person is out in the other browser, too. */
  isForAll?: true
  /** The session goes on: there is no end of it to tell of. */
  isUntold?: true
  /** It ends one application, and no session. */
  isOfOneApplication?: true
  /** It ends by itself: the next sweep removes it. */
  isSwept?: true
  /** Applications ask another server from then on. */
  server?: Record<string, string>
}

async function admin(scene: Scene, act: (admin: PeopleAdmin) => Promise<unknown>): Promise<void> {
  const database = await openDatabase(scene.world.database.url)
  const audit = new Audit({ log: createLogger('silent') })
  const sessions = new SqlSessionRows(database)
  const administrators = new Administrators({ rows: new PrismaAdministratorRows(database), named: [] })
  await act(new PeopleAdmin({ people: new PrismaPeopleRows(database), sessions, administrators, audit }))
  await database.close()
}

const ends: Record<string, End> = {
  'a logout': { end: ({ browser }) => browser.post('/logout').expect(204) },
  'an end by its owner, in another browser': {
    end: async ({ browser, otherBrowser }) => {
      const { body } = await browser.get('/sessions').expect(200)
      const { id } = body.find(({ current }: { current: boolean }) => current)
      await otherBrowser.delete(`/sessions/${id}`).expect(204)
    },
  },
  'an end of all others by their owner': {
    end: ({ otherBrowser }) => otherBrowser.delete('/sessions').expect(204),
  },
  'another login in the same browser': { end: ({ browser }) => browser.logIn('lisi') },
  'a logout that the application asks for': {
    end: ({ browser, tokens }) => browser.get(`/oidc/logout?id_token_hint=${tokens.idToken}`).expect(303),
  },
  'an end of all sessions by an operator': {
    isForAll: true,
    end: (scene) => admin(scene, (people) => people.endSessions('张三')),
  },
  'a disabled account': { isForAll: true, end: (scene) => admin(scene, (people) => people.disable('张三')) },
  'a deleted person': {
    isForAll: true,
    end: async ({ world }) => {
      const env = { DATABASE_URL: world.database.url }
      await using command = runCompiled('users', { env, args: ['delete', '张三', '--yes'] })
      expect(await command.ended(), command.output).toBe(0)
    },
  },
  'a leaver, found by the recheck': {
    isForAll: true,
    settings: { MEMBERSHIP_RECHECK: '1h' },
    end: ({ world }) => {
      world.dingtalk.changePerson('zhangsan', { membership: 'left' })
      world.pass(2 * HOUR)
    },
  },
  'a leaver, found by another login': {
    isForAll: true,
    end: async ({ world }) => {
      world.dingtalk.changePerson('zhangsan', { membership: 'left' })
      const browser = world.browser()
      await browser.get(await browser.scan('zhangsan')).expect(403)
    },
  },
  'the idle time': {
    isForAll: true,
    isSwept: true,
    settings: { SESSION_IDLE_TIMEOUT: '1h' },
    end: ({ world }) => world.pass(2 * HOUR),
  },
  'the maximal age': {
    isForAll: true,
    isSwept: true,
    settings: { SESSION_MAX_AGE: '2d', SESSION_IDLE_TIMEOUT: '30d', MEMBERSHIP_RECHECK: '0' },
    end: ({ world }) => world.pass(3 * DAY),
  },
  'a session secret that was taken out': {
    isForAll: true,
    isSwept: true,
    server: { SESSION_SECRETS: OTHER_SECRET },
    end: () => undefined,
  },
  'an application that is for nobody any more': {
    isForAll: true,
    isUntold: true,
    end: ({ world }) => takeSteps(world, [{ step: 'change', id: 'app', fields: { access: [] } }]),
  },
  'an application that was removed': {
    isForAll: true,
    isOfOneApplication: true,
    end: async ({ world }) => {
      const database = await openDatabase(world.database.url)
      const audit = new Audit({ log: createLogger('silent') })
      await new Applications({ rows: new PrismaAccessRows(database), audit }).remove('app')
      await database.close()
    },
  },
}

/** An application's address for logout tokens, and the sids that it took; one that is away takes each at the second try. */
async function listenForLogouts({ isAway = false } = {}) {
  const told: unknown[] = []
  const tried: unknown[] = []
  const server = createServer(async (req, res) => {
    const { sid } = decodeJwt(new URLSearchParams(await text(req)).get('logout_token') ?? '')
    const isTaken = !isAway || tried.includes(sid)
    tried.push(sid)
    if (isTaken) told.push(sid)
    res.writeHead(isTaken ? 200 : 503).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    told,
    tried,
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  }
}

/** Lets what is over be removed by a process with these secrets; ends once a sweep has found nothing. */
async function sweepOnce(world: World, end: End, passed: number): Promise<void> {
  const database = await openDatabase(world.database.url)
  const settings = { ...world.settings, ...end.server }
  const hours = (text: string | undefined, usual: number) =>
    text ? Number.parseInt(text, 10) * (text.endsWith('d') ? DAY : HOUR) : usual
  const sessions = sessionsOf(database, {
    idleTimeoutMs: hours(settings.SESSION_IDLE_TIMEOUT, 8 * HOUR),
    maxAgeMs: hours(settings.SESSION_MAX_AGE, 7 * DAY),
    secrets: [String(settings.SESSION_SECRETS)],
    now: () => Date.now() + passed,
  })
  while ((await sessions.removeOver()) > 0);
  await database.close()
}

describe.each(Object.entries(ends))('%s', (_, end) => {
  it('is an end for applications, at once, and they are told', async () => {
    await using world = await createWorld({ ...end.settings })
    const logouts = await listenForLogouts()
    const wikiLogouts = await listenForLogouts({ isAway: true })
    await addApplication(world, { refreshTokens: true, backchannelLogoutUri: logouts.uri })
    await addApplication(world, { id: 'wiki', backchannelLogoutUri: wikiLogouts.uri })
    const wiki = new RelyingParty(world, { id: 'wiki' })
    let passed = 0
    const pass = world.pass.bind(world)
    world.pass = (ms) => {
      passed += ms
      pass(ms)
    }
    const [browser, otherBrowser] = [world.browser(), world.browser()]
    const app = new RelyingParty(world)
    const enter = async (from: Browser) => {
      await from.logIn()
      return app.enter(from, { scope: 'openid offline_access' })
    }
    const [tokens, otherTokens] = [await enter(browser), await enter(otherBrowser)]
    const code = (await app.ask(browser, { scope: 'openid' })).get('code')
    const wikiTokens = [await wiki.enter(browser), await wiki.enter(otherBrowser)]
    const scene: Scene = {
      world,
      browser,
      app,
      tokens,
      otherBrowser,
      otherTokens,
      sweep: () => sweepOnce(world, end, passed),
    }
    expect((await app.introspect(tokens.refreshToken)).body.active).toBe(true)

    await end.end(scene)
    const asked = end.server ? new RelyingParty(await serverOf(world, end.server)) : app
    expect((await asked.introspect(tokens.refreshToken)).body.active ?? false).toBe(false)
    expect((await asked.userinfo(tokens.accessToken)).status).toBe(401)
    expect((await asked.refresh(tokens.refreshToken)).body.error).toMatch(/^invalid_(grant|client)$/)
    expect((await asked.exchange(code)).body.error).toMatch(/^invalid_(grant|client)$/)

    const others = await asked.refresh(otherTokens.refreshToken)
    expect(others.status === 200).toBe(!end.isForAll)
    if (end.isSwept) await scene.sweep()
    const gone = end.isUntold ? 0 : end.isForAll ? 2 : 1
    const sidsOf = (all: Tokens[]) =>
      all
        .slice(0, gone)
        .map(({ idToken }) => decodeJwt(idToken).sid)
        .sort()
    await expect.poll(() => [...logouts.told].sort(), POLL).toEqual(sidsOf([tokens, otherTokens]))
    const expected = end.isOfOneApplication ? [] : sidsOf(wikiTokens)
    await expect.poll(() => wikiLogouts.tried.length, POLL).toBe(expected.length)
    expect(wikiLogouts.told).toEqual([])
    await expect.poll(async () => (await waiting(world)).length, POLL).toBe(expected.length)
    world.pass(10 * SECOND)
    await expect.poll(() => [...wikiLogouts.told].sort(), POLL).toEqual(expected)
    wikiLogouts.close()
    logouts.close()
  }, 60_000)
})

const POLL = { timeout: 15_000 }

/** What an application could not be told of yet. */
const waiting = (world: World) => world.sql('SELECT sid FROM "ApplicationSession" WHERE "triedAt" IS NOT NULL')

/** Another process with these settings, as the world that applications ask. */
async function serverOf(world: World, settings: Record<string, string>): Promise<World> {
  return { ...world, ...(await world.anotherServer(settings)) }
}

describe('a session', () => {
  it('goes on while its applications refresh, though its browser is idle', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '1h' })
    await addApplication(world, { refreshTokens: true })
    const app = new RelyingParty(world)
    const browser = world.browser()
    await browser.logIn()
    const { refreshToken } = await app.enter(browser, { scope: 'openid offline_access' })
    for (let hours = 0; hours < 3; hours += 0.75) {
      world.pass(0.75 * HOUR)
      expect((await app.refresh(refreshToken)).status).toBe(200)
    }
    await browser.get('/me').expect(200)
  })

  it('goes on where userinfo is asked alone, no longer than without', async () => {
    await using world = await createWorld({ SESSION_IDLE_TIMEOUT: '1h' })
    await addApplication(world)
    const app = new RelyingParty(world)
    const browser = world.browser()
    await browser.logIn()
    const { accessToken } = await app.enter(browser)
    world.pass(0.75 * HOUR)
    expect((await app.userinfo(accessToken)).status).toBe(200)
    world.pass(0.5 * HOUR)
    expect((await app.userinfo(accessToken)).status).toBe(401)
  })

  it('of a process that does not know a new secret yet is left alone by it', async () => {
    await using world = await createWorld()
    const next = await world.anotherServer({ SESSION_SECRETS: `${OTHER_SECRET},${SECRET}` })
    const browser = next.browser()
    await browser.logIn()
    const database = await openDatabase(world.database.url)
    // It began before the session did.
    const old = sessionsOf(database, { secrets: [SECRET], now: () => Date.now() - HOUR })
    const later = sessionsOf(database, { secrets: [SECRET, OTHER_SECRET], now: () => Date.now() + HOUR })
    while ((await old.removeOver()) > 0);
    while ((await later.removeOver()) > 0);
    expect(await world.count('Session')).toBe(1)
    const without = sessionsOf(database, { secrets: [SECRET], now: () => Date.now() + HOUR })
    while ((await without.removeOver()) > 0);
    expect(await world.count('Session')).toBe(0)
    await database.close()
  })
})
