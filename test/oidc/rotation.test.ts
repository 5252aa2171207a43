import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { SqlSigningKeyRows } from '../../src/adapters/database/signing-key-rows.js'
import { createLogger } from '../../src/log.js'
import { SigningKeys } from '../../src/oidc/signing-keys.js'
import { DAY, HOUR, SECOND } from '../../src/time.js'
import { addApplication } from '../support/applications.js'
import type { Browser } from '../support/browser.js'
import { RelyingParty } from '../support/relying-party.js'
import { createWorld, PUBLIC_URL, type World } from '../support/world.js'

const OLD = 'a-secret-for-tests-of-32-characters-or-more'
const NEW = 'the-next-secret-of-32-characters-or-more'

/** Keeps the keys that it has read, and reads them again for a token of a key that it does not know: as clients do. */
class Verifier {
  readonly #world: World
  #keys: JSONWebKeySet | undefined
  readonly used = new Set<string>()

  constructor(world: World) {
    this.#world = world
  }

  async verify(idToken: string): Promise<void> {
    const { kid = '' } = decodeProtectedHeader(idToken)
    if (!this.#keys?.keys.some((key) => key.kid === kid)) {
      this.#keys = (await this.#world.browser().get('/oidc/jwks').expect(200)).body as JSONWebKeySet
    }
    await jwtVerify(idToken, createLocalJWKSet(this.#keys), { issuer: PUBLIC_URL, audience: 'app' })
    this.used.add(kid)
  }
}

/** Several people who log in to the application over and over, each at a process of their own, until told to stop. */
function logInMeanwhile(verifier: Verifier, places: { browser: Browser; party: RelyingParty }[]) {
  let isOver = false
  let logins = 0
  const runs = places.map(async ({ browser, party }) => {
    do {
      await verifier.verify((await party.enter(browser)).idToken)
      logins += 1
    } while (!isOver)
  })
  return {
    stop: async () => {
      isOver = true
      await Promise.all(runs)
      return logins
    },
  }
}

it('a rotation loses no login, in two processes, while a new secret comes and the old one goes', async () => {
  await using world = await createWorld({
    SESSION_IDLE_TIMEOUT: '30d',
    SESSION_MAX_AGE: '30d',
    MEMBERSHIP_RECHECK: '0',
  })
  await addApplication(world)
  let passed = 0
  const pass = (ms: number) => {
    passed += ms
    world.pass(ms)
    world.dingtalk.moveClock(ms)
  }
  const serverWith = async (SESSION_SECRETS: string): Promise<World> => ({
    ...world,
    ...(await world.anotherServer({ SESSION_SECRETS })),
  })
  const verifier = new Verifier(world)
  const placeAt = async (server: World) => {
    const browser = server.browser()
    await browser.logIn()
    return { browser, party: new RelyingParty(server) }
  }
  let logins = 0
  const during = async (servers: World[], act: () => Promise<void>) => {
    const places = await Promise.all([...servers, ...servers].map(placeAt))
    const meanwhile = logInMeanwhile(verifier, places)
    await act()
    logins += await meanwhile.stop()
  }
  const database = await openDatabase(world.database.url)
  const rows = new SqlSigningKeyRows(database)
  const keysWith = (...secrets: string[]) =>
    new SigningKeys({ rows, secrets, log: createLogger('silent'), now: () => Date.now() + passed })

  // There is a key to rotate.
  await world.browser().get('/oidc/jwks').expect(200)
  const both = await serverWith(`${NEW},${OLD}`)
  await during([world, both], async () => {
    await keysWith(OLD).rotate({ now: false })
    for (let step = 0; step < 4; step++) pass(10 * SECOND)
  })
  pass(DAY + HOUR)
  // Somebody asks in that day: by then the key is kept under both secrets.
  await both.browser().get('/oidc/jwks').expect(200)
  const fresh = await serverWith(NEW)
  await during([both, fresh], async () => {
    await keysWith(NEW, OLD).rotate({ now: false })
  })
  pass(DAY + HOUR)
  await during([fresh], async () => {})
  await database.close()
  expect(verifier.used.size).toBe(3)
  expect(logins).toBeGreaterThanOrEqual(10)
  expect(world.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
}, 60_000)
