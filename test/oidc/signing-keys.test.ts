import { compactVerify, importJWK, type JWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../src/adapters/database/database.js'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { SqlSigningKeyRows } from '../../src/adapters/database/signing-key-rows.js'
import { type KeySet, SigningKeys } from '../../src/oidc/signing-keys.js'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/time.js'
import { makeDatabase, type TestDatabase } from '../support/database.js'

const OLD = 'the-old-secret-of-32-characters-or-more'
const NEW = 'the-new-secret-of-32-characters-or-more'

/** Processes on one database, and their common clock. */
class Place implements AsyncDisposable {
  readonly errors: unknown[] = []
  readonly #test: TestDatabase
  readonly #database: Database
  #now = Date.now()

  private constructor(test: TestDatabase, database: Database) {
    this.#test = test
    this.#database = database
  }

  static async make(): Promise<Place> {
    const test = await makeDatabase()
    return new Place(test, await openDatabase(test.url))
  }

  process(...secrets: string[]): SigningKeys {
    const log = { error: (fields: unknown) => void this.errors.push(fields) }
    return new SigningKeys({ rows: new SqlSigningKeyRows(this.#database), secrets, log, now: () => this.#now })
  }

  pass(ms: number): void {
    this.#now += ms
  }

  sql(text: string) {
    return this.#test.sql(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#database.close()
    await this.#test.remove()
  }
}

const kidsOf = (keys: JWK[]) => keys.map(({ kid }) => kid)
const signing = ({ private: [key] }: KeySet): JWK => {
  if (!key) throw new Error('no key signs')
  return key
}

async function sign(set: KeySet): Promise<string> {
  const key = signing(set)
  const jwt = new SignJWT({}).setProtectedHeader({ alg: 'RS256', kid: String(key.kid) })
  return jwt.sign(await importJWK(key, 'RS256'))
}

/** Whether a client that has read these keys accepts the token. */
async function isAccepted(token: string, { public: keys }: KeySet): Promise<boolean> {
  for (const key of keys) {
    const verified = compactVerify(token, await importJWK(key, 'RS256'))
    if (await verified.catch(() => undefined)) return true
  }
  return false
}

describe('the first key', () => {
  it('signs at once, and is one for two processes that need it at the same moment', async () => {
    await using place = await Place.make()
    const [one, other] = await Promise.all([place.process(OLD).current(), place.process(OLD).current()])
    expect(kidsOf(one.public)).toHaveLength(1)
    expect(kidsOf(one.public)).toEqual(kidsOf(other.public))
    expect(await isAccepted(await sign(one), other)).toBe(true)
    expect(one.public[0]).toMatchObject({ kty: 'RSA', alg: 'RS256', use: 'sig' })
    expect(JSON.stringify(one.public)).not.toMatch(/"(d|p|q|dp|dq|qi)"/)
  })

  it('is worth nothing to whoever has the database alone', async () => {
    await using place = await Place.make()
    const { d, p, q } = signing(await place.process(OLD).current())
    const rows = JSON.stringify(await place.sql('SELECT * FROM "SigningKey"'))
    for (const secret of [d, p, q, OLD]) expect(rows).not.toContain(String(secret))
    await place.process(NEW).current()
    expect(place.errors).toHaveLength(1)
  })

  it('cannot be put in the place of another', async () => {
    await using place = await Place.make()
    await place.process(OLD).current()
    await place.sql(`UPDATE "SigningKey" SET kid = 'another'`)
    expect(signing(await place.process(OLD).current()).kid).not.toBe('another')
    expect(place.errors).toEqual([{ kid: 'another' }])
  })
})

describe('the next key', () => {
  it('is published a day before it signs, and the old one until what it signed is over', async () => {
    await using place = await Place.make()
    const keys = place.process(OLD)
    const old = signing(await keys.current()).kid
    place.pass(89 * DAY - MINUTE)
    expect(kidsOf((await keys.current()).public)).toEqual([old])
    place.pass(2 * MINUTE)
    const published = await keys.current()
    expect(published.public).toHaveLength(2)
    expect(signing(published).kid).toBe(old)
    place.pass(DAY)
    const replaced = await keys.current()
    expect(signing(replaced).kid).not.toBe(old)
    expect(kidsOf(replaced.public)).toContain(old)
    place.pass(DAY + 3 * HOUR)
    expect(kidsOf((await keys.current()).public)).toEqual([signing(replaced).kid])
    expect(place.errors).toEqual([])
  })

  it('is one, whichever processes make it', async () => {
    await using place = await Place.make()
    const processes = [place.process(OLD), place.process(NEW, OLD)]
    for (const keys of processes) await keys.current()
    place.pass(89 * DAY + HOUR)
    const sets = await Promise.all(processes.map((keys) => keys.current()))
    expect(new Set(sets.map(({ version }) => version)).size).toBe(1)
    expect(await place.sql('SELECT kid FROM "SigningKey"')).toHaveLength(2)
  })

  it('is published a day before it signs, though nobody was here when it was due', async () => {
    await using place = await Place.make()
    const keys = place.process(OLD)
    const old = signing(await keys.current()).kid
    place.pass(200 * DAY)
    const set = await keys.current()
    expect(set.public).toHaveLength(2)
    expect(signing(set).kid).toBe(old)
    place.pass(DAY - MINUTE)
    expect(signing(await keys.current()).kid).toBe(old)
    place.pass(2 * MINUTE)
    expect(signing(await keys.current()).kid).not.toBe(old)
  })
})

describe('a rotation by hand', () => {
  it('brings the next key at once, which signs a day later', async () => {
    await using place = await Place.make()
    const keys = place.process(OLD)
    const old = signing(await keys.current()).kid
    await keys.rotate({ now: false })
    await keys.rotate({ now: false })
    const set = await keys.current()
    expect(set.public).toHaveLength(2)
    expect(signing(set).kid).toBe(old)
    place.pass(DAY)
    expect(signing(await keys.current()).kid).not.toBe(old)
  })

  it('trusts no key that there was, after a leak, in any process within ten seconds', async () => {
    await using place = await Place.make()
    const [operator, server] = [place.process(OLD), place.process(OLD)]
    await operator.rotate({ now: false })
    const token = await sign(await server.current())
    await operator.rotate({ now: true })
    place.pass(10 * SECOND)
    const set = await server.current()
    expect(set.public).toHaveLength(1)
    expect(await isAccepted(token, set)).toBe(false)
    expect(await isAccepted(await sign(set), await operator.current())).toBe(true)
  })
})

describe('other secrets', () => {
  it('read the keys while processes are restarted one after the other, with a new one in front', async () => {
    await using place = await Place.make()
    const before = place.process(OLD)
    const token = await sign(await before.current())
    const after = place.process(NEW, OLD)
    expect((await after.current()).version).toBe((await before.current()).version)
    // The last process that knows the old one is gone, and so is the old one.
    const later = await place.process(NEW).current()
    expect(await isAccepted(token, later)).toBe(true)
    expect(later.version).toBe((await after.current()).version)
    expect(place.errors).toEqual([])
  })

  it('that can read none bring another key at once, with one line; what the old one signed stays good', async () => {
    await using place = await Place.make()
    const old = await place.process(OLD).current()
    const token = await sign(old)
    const keys = place.process(NEW)
    const set = await keys.current()
    expect(signing(set).kid).not.toBe(signing(old).kid)
    expect(await isAccepted(token, set)).toBe(true)
    place.pass(MINUTE)
    await keys.current()
    expect(place.errors).toEqual([{ kid: signing(old).kid }])
    place.pass(DAY + 3 * HOUR)
    expect(await isAccepted(token, await keys.current())).toBe(false)
  })

  it('do not make processes take turns in replacing each other’s keys', async () => {
    await using place = await Place.make()
    const [before, after] = [place.process(OLD), place.process(NEW)]
    await before.current()
    for (let minute = 0; minute < 10; minute++) {
      place.pass(MINUTE)
      const sets = [await after.current(), await before.current()]
      const tokens = await Promise.all(sets.map(sign))
      for (const token of tokens) for (const set of sets) expect(await isAccepted(token, set)).toBe(true)
    }
    expect(await place.sql('SELECT kid FROM "SigningKey"')).toHaveLength(2)
  })
})
