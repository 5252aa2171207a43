import { Provider } from 'oidc-provider'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/adapters/database/open-database.js'
import { SqlOpenidRecords } from '../../src/adapters/database/openid-records.js'
import { RecordAdapter } from '../../src/oidc/adapter.js'
import { HOUR } from '../../src/time.js'
import { addApplication } from '../support/applications.js'
import { makePkce, RelyingParty } from '../support/relying-party.js'
import { StatementRecorder } from '../support/statements.js'
import { createWorld, type World } from '../support/world.js'

async function signedIn(world: World) {
  const browser = world.browser()
  await browser.logIn()
  return browser
}

/** From now on the provider works for a request, of which nothing is asked but that there is one. */
function beInRequest(): void {
  const ctx = { req: { openid: {} } } as unknown as typeof Provider.ctx
  vi.spyOn(Provider, 'ctx', 'get').mockReturnValue(ctx)
}

afterEach(() => vi.restoreAllMocks())

const count = async (world: World, kind: string) =>
  (await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE kind = '${kind}'`)).length

describe('two processes', () => {
  it('never give tokens for one code twice, and then none is good', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const other: World = { ...world, ...(await world.anotherServer()) }
    const browser = await signedIn(world)
    const parties = [new RelyingParty(world), new RelyingParty(other)] as const
    // Both have loaded the provider.
    for (const party of parties) await party.enter(browser)
    for (let round = 0; round < 8; round++) {
      const code = (await parties[0].ask(browser)).get('code')
      const answers = await Promise.all([...parties, ...parties].map((party) => party.exchange(code)))
      const given = answers.filter(({ status }) => status === 200)
      expect(given.length).toBeLessThanOrEqual(1)
      expect(answers.filter(({ body }) => body.error === 'invalid_grant')).toHaveLength(4 - given.length)
      for (const { body } of given) expect((await parties[1].userinfo(body.access_token)).status).toBe(401)
    }
  })

  it('that have both read a code spend it once, and the second one ends all that it gave', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const code = String((await new RelyingParty(world).ask(await signedIn(world))).get('code'))
    const databases = await Promise.all([openDatabase(world.database.url), openDatabase(world.database.url)])
    const [first, second] = databases.map(
      (database) => new RecordAdapter('AuthorizationCode', { records: new SqlOpenidRecords(database), now: Date.now }),
    )
    beInRequest()
    for (const adapter of [first, second]) expect(await adapter?.find(code)).not.toHaveProperty('consumed')
    await first?.consume(code)
    await expect(second?.consume(code)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await count(world, 'Grant')).toBe(0)
    for (const database of databases) await database.close()
  })

  it('never take a public application’s refresh token twice, and then none is good', async () => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public', refreshTokens: true })
    const other: World = { ...world, ...(await world.anotherServer()) }
    const browser = await signedIn(world)
    const parties = [new RelyingParty(world, { isPublic: true }), new RelyingParty(other, { isPublic: true })] as const
    for (let round = 0; round < 5; round++) {
      const { refreshToken } = await parties[0].enter(browser, { scope: 'openid offline_access' })
      const answers = await Promise.all([...parties, ...parties].map((party) => party.refresh(refreshToken)))
      const given = answers.filter(({ status }) => status === 200)
      expect(given.length).toBeLessThanOrEqual(1)
      for (const { body } of given)
        expect((await parties[1].refresh(body.refresh_token)).body.error).toBe('invalid_grant')
    }
    // One that is saved at the very moment of its grant's end may stay, and is no good without it.
    expect(await count(world, 'Grant')).toBe(0)
  })

  it('may both use a confidential application’s refresh token at once', async () => {
    await using world = await createWorld()
    await addApplication(world, { refreshTokens: true })
    const other: World = { ...world, ...(await world.anotherServer()) }
    const parties = [new RelyingParty(world), new RelyingParty(other)] as const
    const { refreshToken } = await parties[0].enter(await signedIn(world), { scope: 'openid offline_access' })
    const answers = await Promise.all([...parties, ...parties].map((party) => party.refresh(refreshToken)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  })
})

it('a public application’s refresh token that comes again ends all that it gave', async () => {
  await using world = await createWorld()
  await addApplication(world, { kind: 'public', refreshTokens: true })
  const party = new RelyingParty(world, { isPublic: true })
  const { refreshToken } = await party.enter(await signedIn(world), { scope: 'openid offline_access' })
  const { body } = await party.refresh(refreshToken)
  expect((await party.refresh(refreshToken)).body.error).toBe('invalid_grant')
  expect((await party.userinfo(body.access_token)).status).toBe(401)
  expect((await party.refresh(body.refresh_token)).body.error).toBe('invalid_grant')
})

it('a session that ends while a code is being given or taken leaves nothing behind', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  for (let round = 0; round < 10; round++) {
    const browser = await signedIn(world)
    const { verifier, challenge } = makePkce()
    const code = (await party.ask(browser, challenge)).get('code')
    const logout = browser.post('/logout')
    const [asked, taken] = await Promise.all([
      browser.get(party.authorizeUrl({ prompt: 'none' })),
      party.exchange(code, verifier),
      logout,
    ])
    expect(asked.status).toBe(303)
    if (taken.status === 200) expect((await party.userinfo(taken.body.access_token)).status).toBe(401)
    else expect(taken.body.error).toBe('invalid_grant')
  }
  expect(await world.sql('SELECT 1 FROM "OpenidRecord"')).toEqual([])
})

it('a code is read with its grant, which is no other and not there once it has ended', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const code = String((await new RelyingParty(world).ask(await signedIn(world))).get('code'))
  const database = await openDatabase(world.database.url)
  const options = { records: new SqlOpenidRecords(database), now: Date.now }
  const codes = new RecordAdapter('AuthorizationCode', options)
  const grants = new RecordAdapter('Grant', options)
  beInRequest()
  const grantId = String((await codes.find(code))?.grantId)
  using recorder = new StatementRecorder()
  expect(await grants.find(grantId)).toMatchObject({ jti: grantId, clientId: 'app' })
  expect(recorder.take()).toEqual([])
  expect(await grants.find('another')).toBeUndefined()
  await codes.revokeByGrantId(grantId)
  expect(await grants.find(grantId)).toBeUndefined()
  await database.close()
})

it('a code is one row with its grant, and is good for a minute though that row stays', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const code = (await party.ask(await signedIn(world))).get('code')
  const [record, ...others] = await world.sql('SELECT kind, payload, "expiresAt" FROM "OpenidRecord"')
  expect(others).toEqual([])
  const payload = JSON.parse(String(record?.payload))
  expect([record?.kind, payload.code.exp - payload.code.iat]).toEqual(['Grant', 60])
  expect(new Date(String(record?.expiresAt)).getTime()).toBeGreaterThan(Date.now() + HOUR)
  // As if it had been given a minute ago.
  const old = { ...payload, code: { ...payload.code, iat: payload.code.iat - 60, exp: payload.code.exp - 60 } }
  await world.sql(`UPDATE "OpenidRecord" SET payload = '${JSON.stringify(old)}'`)
  const { status, body } = await party.exchange(code)
  expect([status, body.error]).toEqual([400, 'invalid_grant'])
  await world.sql(`UPDATE "OpenidRecord" SET payload = '${JSON.stringify(payload)}'`)
  expect((await party.exchange(code)).status).toBe(200)
})

it('what an older version kept in a grant’s own row is read with it, and ends with it', async () => {
  await using world = await createWorld()
  await addApplication(world, { refreshTokens: true })
  const party = new RelyingParty(world)
  const { accessToken, refreshToken } = await party.enter(await signedIn(world), { scope: 'openid offline_access' })
  const [record] = await world.sql(`SELECT payload FROM "OpenidRecord" WHERE kind = 'Grant'`)
  const { code: _, ...grant } = JSON.parse(String(record?.payload))
  await world.sql(
    `UPDATE "OpenidRecord" SET "idHash" = 'older', payload = '${JSON.stringify(grant)}' WHERE kind = 'Grant'`,
  )
  expect((await party.refresh(refreshToken)).status).toBe(200)
  expect((await party.userinfo(accessToken)).status).toBe(200)
  await world.sql(`DELETE FROM "OpenidRecord" WHERE kind = 'Grant'`)
  expect((await party.refresh(refreshToken)).body.error).toBe('invalid_grant')
  expect((await party.userinfo(accessToken)).status).toBe(401)
})

it('nothing is written that would have been given by a grant which has ended', async () => {
  await using world = await createWorld()
  await addApplication(world)
  await new RelyingParty(world).ask(await signedIn(world))
  const [grant] = await world.sql('SELECT "grantId" FROM "OpenidRecord"')
  const grantId = String(grant?.grantId)
  const database = await openDatabase(world.database.url)
  const records = new SqlOpenidRecords(database)
  const token = { kind: 'AccessToken', payload: {}, grantId, sessionId: null, applicationId: null }
  const expiresAt = new Date(Date.now() + HOUR)
  expect(await records.save({ ...token, idHash: 'first', expiresAt })).toBe(true)
  await records.removeGrant(grantId)
  expect(await records.save({ ...token, idHash: 'second', expiresAt })).toBe(false)
  await database.close()
  expect(await world.sql('SELECT 1 FROM "OpenidRecord"')).toEqual([])
})

it('what has expired is removed, a few at a time', async () => {
  await using world = await createWorld()
  await addApplication(world)
  await new RelyingParty(world).enter(await signedIn(world))
  for (let index = 0; index < 45; index++)
    await world.sql(
      `INSERT INTO "OpenidRecord" ("idHash", "kind", "payload", "expiresAt") SELECT 'x${index}', kind, payload, "expiresAt" FROM "OpenidRecord" WHERE kind = 'AccessToken' LIMIT 1`,
    )
  const database = await openDatabase(world.database.url)
  const records = new SqlOpenidRecords(database)
  expect(await records.removeExpired(new Date())).toBe(0)
  const steps: number[] = []
  const inAnHour = new Date(Date.now() + HOUR)
  for (let step = await records.removeExpired(inAnHour); step > 0; step = await records.removeExpired(inAnHour))
    steps.push(step)
  expect(steps).toEqual([10, 10, 10, 10, 6])
  await database.close()
  expect(await world.sql('SELECT kind FROM "OpenidRecord"')).toEqual([{ kind: 'Grant' }])
})

it('keeps nothing of a request before somebody has logged in, but the request itself', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const browser = world.browser()
  await browser.get(new RelyingParty(world).authorizeUrl()).expect(303)
  expect(await world.sql('SELECT kind, "sessionId" FROM "OpenidRecord"')).toEqual([
    { kind: 'Interaction', sessionId: null },
  ])
  expect(await world.count('Session')).toBe(0)
})

it('an application sees a database that is away as such, with the time to wait', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = await signedIn(world)
  const code = (await party.ask(browser)).get('code')
  const unlock = await world.database.lockWrites()
  const { status, body, headers } = await party.exchange(code)
  const page = await browser.get(party.authorizeUrl())
  await unlock()
  expect(status).toBe(503)
  expect(body.error).toBe('temporarily_unavailable')
  expect(headers['retry-after']).toBe('5')
  expect([page.status, page.body.error]).toEqual([503, 'service_unavailable'])
  expect(world.log.filter(({ msg }) => msg === 'a bug')).toEqual([])
  expect((await party.exchange(code)).status).toBe(200)
}, 60_000)
