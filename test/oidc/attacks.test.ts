import { expect, it } from 'vitest'
import { makePerson } from '../../src/emulator/emulator.js'
import { HOUR } from '../../src/time.js'
import { addApplication } from '../support/applications.js'
import { takeSteps } from '../support/groups.js'
import { RelyingParty } from '../support/relying-party.js'
import { createWorld, type World } from '../support/world.js'

async function signedIn(world: World, person = 'zhangsan') {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

const ODD = 'a-text-that-is-odd'
const jwtOf = (...parts: unknown[]) => parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
/** What applications never send, and attackers do. */
const oddities = [
  '',
  ODD,
  `${ODD}\u0000`,
  `${ODD}\r\nSet-Cookie: a=b`,
  `${ODD}'"<>%`,
  '__proto__',
  '{}',
  '-1',
  '1e309',
  '😀'.repeat(200),
  ' ',
  `${jwtOf({ alg: 'none' }, { aud: ['app'], sub: {} }).join('.')}.`,
  `${jwtOf({ alg: 'RS256', crit: ['b64'] }, { aud: 5 }).join('.')}.AAAA`,
  `${jwtOf(null, null).join('.')}.${ODD}`,
]

it.each([{ prompt: 'login' }, { max_age: '60' }])(
  'a login anew is one, though the request began without the session’s cookie: %j',
  async (wanted) => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const past = new Date(Date.now() - HOUR)
      .toISOString()
      .replace('Z', world.database.kind === 'sqlite' ? '+00:00' : '')
    await world.sql(`UPDATE "Session" SET "createdAt" = '${past}'`)
    const cookie = browser.cookies.get('sid') ?? ''
    browser.cookies.delete('sid')
    const begun = await browser.get(party.authorizeUrl(wanted)).expect(303)
    browser.cookies.set('sid', cookie)
    const waiting = await browser.get(String(begun.headers.location)).expect(302)
    expect(waiting.headers.location).toContain('/ding_url?way=page&redirect=')
  },
)

it('a login anew is none by an older session of the same person, from another browser', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const [browser, other] = [await signedIn(world), await signedIn(world)]
  const past = new Date(Date.now() - HOUR).toISOString().replace('Z', world.database.kind === 'sqlite' ? '+00:00' : '')
  await world.sql(`UPDATE "Session" SET "createdAt" = '${past}'`)
  const begun = await browser.get(party.authorizeUrl({ prompt: 'login' })).expect(303)
  browser.cookies.set('sid', other.cookies.get('sid') ?? '')
  const waiting = await browser.get(String(begun.headers.location)).expect(302)
  expect(waiting.headers.location).toContain('/ding_url?way=page&redirect=')
})

it('somebody else who logs in just before a login anew is done is not taken for that person', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = await signedIn(world)
  const begun = await browser.get(party.authorizeUrl({ prompt: 'login' })).expect(303)
  const resumeUrl = await party.logInUntilResumed(browser, begun, 'zhangsan')
  await browser.logIn('lisi')
  await browser.get(resumeUrl)
  expect(await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE kind = 'Grant'`)).toEqual([])
  expect((await browser.get('/me').expect(200)).body.nick).toBe('李四')
})

it('a redirect URI that was taken away gets nothing, though the request began before', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = world.browser()
  const begun = await browser.get(party.authorizeUrl()).expect(303)
  const resumeUrl = await party.logInUntilResumed(browser, begun)
  await takeSteps(world, [{ step: 'change', id: 'app', fields: { redirectUris: ['https://new.test/callback'] } }])
  expect((await browser.get(resumeUrl).expect(400)).body.error).toBe('redirect_not_allowed')
  expect(await world.sql(`SELECT 1 FROM "OpenidRecord" WHERE kind = 'Grant'`)).toEqual([])
})

it('an ID token that came as a hint is not kept as one', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = await signedIn(world)
  const { idToken } = await party.enter(browser)
  const begun = await browser.get(party.authorizeUrl({ id_token_hint: idToken, prompt: 'login' })).expect(303)
  const kept = JSON.stringify(await world.sql('SELECT payload FROM "OpenidRecord"'))
  expect(kept).toContain(idToken.split('.')[1])
  expect(kept).not.toContain(idToken.split('.')[2])
  expect((await party.logIn(browser, begun)).get('code')).not.toBeNull()
})

it.each(['abc/', 'x/?y', '/'])('a state goes through as it came: %s', async (state) => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const address = party.authorizeUrl().replace('&state=the-state', '')
  const { headers } = await (await signedIn(world)).get(`${address}&state=${state}`).expect(303)
  expect(new URL(String(headers.location)).searchParams.get('state')).toBe(state)
})

it('a redirect URI that ends in a slash is that one, and no other', async () => {
  await using world = await createWorld()
  await addApplication(world, { redirectUris: ['https://app.test/'] })
  const browser = await signedIn(world)
  const address = '/oidc/auth?client_id=app&response_type=code&scope=openid&redirect_uri=https://app.test'
  await browser.get(`${address}/`).expect(303)
  await browser.get(address).expect(400)
})

it('nobody gets a username that is somebody’s handle', async () => {
  await using world = await createWorld()
  const { handle } = (await (await signedIn(world)).get('/me')).body
  world.dingtalk.addPerson(makePerson({ id: 'namesake', nick: handle }))
  expect((await (await signedIn(world, 'namesake')).get('/me')).body.username).toBe(`${handle}-2`)
})

it('a scope that an application may not ask for any more gives nothing', async () => {
  await using world = await createWorld()
  await addApplication(world, { scopes: ['dingtalk'], refreshTokens: true })
  const party = new RelyingParty(world)
  const { refreshToken } = await party.enter(await signedIn(world), { scope: 'openid dingtalk offline_access' })
  const told = async () => (await party.userinfo((await party.refresh(refreshToken)).body.access_token)).body
  expect(await told()).toHaveProperty('dingtalk_userid')
  await takeSteps(world, [{ step: 'change', id: 'app', fields: { scopes: [] } }])
  expect(await told()).not.toHaveProperty('dingtalk_userid')
})

it('nobody writes the question that somebody else is asked at a logout', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const victim = await signedIn(world)
  const [{ id = '' } = {}] = await world.sql('SELECT id FROM "Session"')
  const asked = await victim.get('/oidc/logout').expect(200)
  const attacker = world.browser()
  attacker.cookies.set('oidc.session', String(id))
  const forged = await attacker.get('/oidc/logout').expect(200)
  const xsrfOf = (text: string) => /name="xsrf" value="(\w+)"/.exec(text)?.[1] ?? ''
  const confirm = (xsrf: string) =>
    victim.send('post', '/oidc/logout/confirm').type('form').send({ xsrf, logout: 'yes' })
  await confirm(xsrfOf(forged.text)).expect(400)
  await victim.get('/me').expect(200)
  await confirm(xsrfOf(asked.text)).expect(303)
  await victim.get('/me').expect(401)
})

it('the sessions of two people in one browser are not ended without a question', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const [browser, attacker] = [await signedIn(world), await signedIn(world, 'lisi')]
  const both = `${browser.cookieHeader}; ${attacker.cookieHeader}`
  const asked = await world.browser().get('/oidc/logout').set('Cookie', both).expect(200)
  const xsrf = /name="xsrf" value="(\w+)"/.exec(asked.text)?.[1] ?? ''
  const [question = ''] = String(asked.headers['set-cookie']).split(';')
  const form = world.browser().send('post', '/oidc/logout/confirm').set('Cookie', `${both}; ${question}`).type('form')
  await form.send({ xsrf, logout: 'yes' }).expect(303)
  await browser.get('/me').expect(200)
  await attacker.get('/me').expect(200)
})

it('a request goes on with whoever is signed in when it does, where any login will do', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = world.browser()
  const begun = await browser.get(party.authorizeUrl()).expect(303)
  const resumeUrl = await party.logInUntilResumed(browser, begun, 'lisi')
  await browser.logIn('zhangsan')
  const { headers } = await browser.get(resumeUrl).expect(303)
  const { body } = await party.exchange(new URL(String(headers.location)).searchParams.get('code'))
  expect((await party.claims(body.id_token)).name).toBe('张三')
})

it('nothing that is odd is taken for a bug, or told to the log', async () => {
  await using world = await createWorld({ LOG_LEVEL: 'trace', RATE_LIMIT_PER_MINUTE: '100000' })
  await addApplication(world, { refreshTokens: true })
  const party = new RelyingParty(world)
  const browser = await signedIn(world)
  const statuses = new Set<number>()
  const note = ({ status }: { status: number }) => statuses.add(status)
  for (const value of oddities) {
    for (const name of [
      'client_id',
      'redirect_uri',
      'response_type',
      'response_mode',
      'scope',
      'state',
      'nonce',
      'prompt',
    ])
      note(await browser.get(party.authorizeUrl({ [name]: value })))
    for (const name of [
      'max_age',
      'ui_locales',
      'id_token_hint',
      'claims',
      'code_challenge_method',
      '__proto__',
      'scope[]',
    ])
      note(await browser.get(party.authorizeUrl({ code_challenge: 'a'.repeat(43), [name]: value })))
    for (const name of ['client_id', 'id_token_hint', 'post_logout_redirect_uri', 'state', 'logout_hint'])
      note(await browser.get(`/oidc/logout?${new URLSearchParams({ client_id: 'app', [name]: value })}`))
    for (const name of ['grant_type', 'code', 'redirect_uri', 'code_verifier', 'refresh_token', 'scope', '__proto__'])
      for (const grant_type of ['authorization_code', 'refresh_token'])
        note(await party.token({ grant_type, code: 'x', refresh_token: 'x', redirect_uri: 'x', [name]: value }))
    note(await party.introspect(value))
    note(await browser.send('post', '/oidc/logout/confirm').type('form').send({ xsrf: value, logout: 'yes' }))
    note(await browser.get(`/oidc/auth/${encodeURIComponent(value)}`))
  }
  expect([...statuses].filter((status) => status >= 500)).toEqual([])
  expect(statuses.size).toBeGreaterThan(2)
  await browser.get('/me').expect(200)
  expect(world.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  expect(JSON.stringify(world.log)).not.toContain(ODD)
})
