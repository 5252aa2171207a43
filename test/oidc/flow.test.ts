import { describe, expect, it } from 'vitest'
import { HOUR } from '../../src/time.js'
import { addApplication, SECRET } from '../support/applications.js'
import { makePkce, RelyingParty } from '../support/relying-party.js'
import { createWorld, PUBLIC_URL, type World } from '../support/world.js'

async function signedIn(world: World, person = 'zhangsan') {
  const browser = world.browser()
  await browser.logIn(person)
  return browser
}

describe('discovery', () => {
  it('names what there is, and nothing else', async () => {
    await using world = await createWorld()
    const { body } = await world.browser().get('/.well-known/openid-configuration').expect(200)
    expect(body).toMatchObject({
      issuer: PUBLIC_URL,
      authorization_endpoint: `${PUBLIC_URL}/oidc/auth`,
      token_endpoint: `${PUBLIC_URL}/oidc/token`,
      userinfo_endpoint: `${PUBLIC_URL}/oidc/userinfo`,
      jwks_uri: `${PUBLIC_URL}/oidc/jwks`,
      end_session_endpoint: `${PUBLIC_URL}/oidc/logout`,
      introspection_endpoint: `${PUBLIC_URL}/oidc/introspect`,
      revocation_endpoint: `${PUBLIC_URL}/oidc/revoke`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      code_challenge_methods_supported: ['S256'],
      id_token_signing_alg_values_supported: ['RS256'],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      request_uri_parameter_supported: false,
      subject_types_supported: ['public'],
    })
    expect(Object.keys(body).filter((name) => /registration|device|pushed|dpop|ciba|encryption/.test(name))).toEqual([])
  })
})

describe('an application’s login', () => {
  it('sends whoever is not signed in to DingTalk, and back to the application', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = world.browser()
    const returned = await party.askAndLogIn(browser, { nonce: 'the-nonce' })
    expect(returned.get('state')).toBe('the-state')
    const { body } = await party.exchange(returned.get('code'))
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300 })
    expect(body).not.toHaveProperty('refresh_token')
    const me = (await browser.get('/me').expect(200)).body
    const claims = await party.claims(body.id_token)
    expect(claims).toMatchObject({ sub: me.id, nonce: 'the-nonce', preferred_username: me.handle, name: '张三' })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3600)
    const events = world.log.map(({ event }) => event).filter(Boolean)
    expect(events).toEqual(['login_begun', 'login_succeeded', 'application_entered'])
  })

  it('lets whoever is signed in pass without a page between', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const { idToken } = await party.enter(browser)
    expect((await party.claims(idToken)).sub).toBe((await browser.get('/me')).body.id)
    expect(browser.cookie('oidc.')).toBeUndefined()
  })

  it('takes the secret in the header or in the body', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = await signedIn(world)
    const inHeader = new RelyingParty(world)
    const inBody = new RelyingParty(world, { isPublic: true })
    const code = async () => (await inHeader.ask(browser)).get('code')
    expect((await inHeader.exchange(await code())).status).toBe(200)
    expect((await inBody.exchange(await code(), { client_secret: SECRET })).status).toBe(200)
  })

  it('lets a public application in by PKCE alone', async () => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public' })
    const party = new RelyingParty(world, { isPublic: true })
    const { idToken } = await party.enter(await signedIn(world))
    expect(await party.claims(idToken)).toMatchObject({ name: '张三' })
  })

  it('has no nonce where none was sent', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const { idToken } = await party.enter(await signedIn(world))
    expect(await party.claims(idToken)).not.toHaveProperty('nonce')
  })

  it('can be given by a form, for clients that ask for that', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const { text, headers } = await browser.get(party.authorizeUrl({ response_mode: 'form_post' })).expect(200)
    expect(text).toContain(`action="${party.redirectUri}"`)
    expect(headers['content-security-policy']).toMatch(/script-src 'self' 'sha256-[^']+'/)
    const code = /name="code" value="([\w-]+)"/.exec(text)?.[1] ?? ''
    expect((await party.exchange(code)).status).toBe(200)
  })

  it('is as usual with what nobody knows, or what has no effect here', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const { idToken, accessToken, scope } = await party.enter(await signedIn(world), {
      scope: 'openid profile address phone',
      nobody_knows: 'this',
      display: 'touch',
      claims_locales: 'zh',
      acr_values: 'urn:strong',
      login_hint: '李四',
      claims: JSON.stringify({ userinfo: { email: null }, id_token: { sub: { value: 'somebody-else' } } }),
    })
    expect(scope).toBe('openid profile')
    const claims = await party.claims(idToken)
    expect(claims).toMatchObject({ name: '张三' })
    expect(Object.keys(claims).filter((name) => /acr|address|phone|email/.test(name))).toEqual([])
    expect((await party.userinfo(accessToken)).body).not.toHaveProperty('email')
    const { body } = await world.browser().get('/.well-known/openid-configuration').expect(200)
    expect(body.claims_parameter_supported).toBe(false)
    expect(body.scopes_supported.filter((one: string) => /address|phone/.test(one))).toEqual([])
  })

  it('can ask userinfo with the token in the body', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const { accessToken } = await party.enter(await signedIn(world))
    const asked = world.browser().send('post', '/oidc/userinfo').type('form').send({ access_token: accessToken })
    expect((await asked.expect(200)).body).toEqual((await party.userinfo(accessToken)).body)
  })

  it('speaks the language that the application asks for', async () => {
    await using world = await createWorld()
    await addApplication(world, { access: [] })
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const page = async (locales: string) =>
      (
        await browser
          .get(party.authorizeUrl({ ui_locales: locales }))
          .set('Accept', 'text/html')
          .expect(403)
      ).text
    expect(await page('fr-CA zh-Hans-CN en')).toContain('<html lang="zh-CN"')
    expect(await page('en-GB zh')).toContain('<html lang="en"')
  })
})

describe('claims', () => {
  it('are those of the scopes, in the ID token and at userinfo alike', async () => {
    await using world = await createWorld({ EMAIL_DOMAIN: 'people.example.com' })
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const { handle, avatarUrl } = (await browser.get('/me')).body
    const scopes: Record<string, Record<string, unknown>> = {
      openid: {},
      'openid profile': { preferred_username: handle, name: '张三', nickname: '张三', picture: avatarUrl ?? undefined },
      'openid email': { email: `${handle}@people.example.com` },
      'openid groups': {},
    }
    for (const [scope, expected] of Object.entries(scopes)) {
      const { accessToken, idToken } = await party.enter(browser, { scope })
      const { sub, ...userinfo } = (await party.userinfo(accessToken)).body
      expect(userinfo, scope).toEqual(JSON.parse(JSON.stringify(expected)))
      const { iss, aud, exp, iat, sid, sub: subject, ...told } = await party.claims(idToken)
      expect(told, scope).toEqual(userinfo)
      expect(subject).toBe(sub)
    }
  })

  it('never hold the address that a person entered, nor one where there is no domain', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const { accessToken, idToken } = await party.enter(await signedIn(world))
    const { body, text } = await party.userinfo(accessToken)
    expect(body).not.toHaveProperty('email')
    expect(text).not.toContain('@')
    expect(JSON.stringify(await party.claims(idToken))).not.toContain('@')
  })

  it('hold the username where the application wants it, and never one with power elsewhere', async () => {
    await using world = await createWorld()
    await addApplication(world, { usernameClaim: 'username' })
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const usernameOf = async () => (await party.userinfo((await party.enter(browser)).accessToken)).body
    expect(await usernameOf()).toMatchObject({ preferred_username: '张三' })
    await world.sql(`UPDATE "User" SET username = 'Ａdmin'`)
    const { handle } = (await browser.get('/me')).body
    expect(await usernameOf()).toMatchObject({ preferred_username: handle })
  })

  it('of DingTalk are for applications that are allowed them', async () => {
    await using world = await createWorld()
    await addApplication(world, { scopes: ['dingtalk'] })
    await addApplication(world, { id: 'other' })
    const browser = await signedIn(world)
    const party = new RelyingParty(world)
    const { accessToken } = await party.enter(browser, { scope: 'openid dingtalk' })
    expect((await party.userinfo(accessToken)).body).toEqual({
      sub: expect.any(String),
      dingtalk_userid: expect.any(String),
    })
    const refused = await new RelyingParty(world, { id: 'other' }).ask(browser, { scope: 'openid dingtalk' })
    expect(refused.get('error')).toBe('invalid_scope')
  })
})

describe('a login that the application wants', () => {
  it('with prompt=none is none where nobody is signed in, and no page is shown', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    expect((await party.ask(world.browser(), { prompt: 'none' })).get('error')).toBe('login_required')
    expect((await party.ask(await signedIn(world), { prompt: 'none' })).get('code')).toMatch(/^[\w-]{43}$/)
  })

  it('with prompt=none is refused to the application where the person may not use it', async () => {
    await using world = await createWorld()
    await addApplication(world, { access: [] })
    const returned = await new RelyingParty(world).ask(await signedIn(world), { prompt: 'none' })
    expect(returned.get('error')).toBe('access_denied')
  })

  it('with prompt=login is another login, though somebody is signed in', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const begun = await browser.get(party.authorizeUrl({ prompt: 'login' })).expect(303)
    // Coming back without a login changes nothing.
    const waiting = await browser.get(String(begun.headers.location)).expect(302)
    expect(waiting.headers.location).toContain('/ding_url?way=page&redirect=')
    const again = await browser.get(String(begun.headers.location).replace('interaction', 'auth')).expect(303)
    expect(again.headers.location).toMatch(/^\/oidc\/interaction\//)
    const returned = await party.logIn(browser, again)
    expect((await party.exchange(returned.get('code'))).status).toBe(200)
    expect(await world.count('Session')).toBe(1)
  })

  it('with max_age is another login where the last one is older, and says when it was', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const { idToken } = await party.enter(browser, { max_age: '3600' })
    const { auth_time } = await party.claims(idToken)
    expect(Math.abs(Number(auth_time) - Date.now() / 1000)).toBeLessThan(60)
    await world.sql(
      `UPDATE "Session" SET "createdAt" = '${new Date(Date.now() - 2 * HOUR).toISOString().replace('Z', world.database.kind === 'sqlite' ? '+00:00' : '')}'`,
    )
    const begun = await browser.get(party.authorizeUrl({ max_age: '3600' })).expect(303)
    expect(begun.headers.location).toMatch(/^\/oidc\/interaction\//)
    const returned = await party.logIn(browser, begun)
    expect(returned.get('code')).not.toBeNull()
  })

  it('with prompt=consent needs no page: the organisation has consented', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const returned = await new RelyingParty(world).ask(await signedIn(world), { prompt: 'consent' })
    expect(returned.get('code')).not.toBeNull()
  })

  it('for somebody else than who is signed in is a login of that person, or is refused', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const { idToken } = await party.enter(await signedIn(world, 'lisi'))
    const browser = await signedIn(world)
    const hint = { id_token_hint: idToken }
    const right = await browser.get(party.authorizeUrl(hint)).expect(303)
    expect((await party.logIn(browser, right, 'lisi')).get('code')).not.toBeNull()
    const other = await signedIn(world)
    const wrong = await other.get(party.authorizeUrl(hint)).expect(303)
    const resumed = await party.logInUntilResumed(other, wrong, 'zhangwei1')
    const stopped = await other.get(resumed).expect(303)
    const told = await other.get(String(stopped.headers.location)).expect(302)
    const refused = await other.get(String(told.headers.location)).expect(303)
    expect(new URL(String(refused.headers.location)).searchParams.get('error')).toBe('login_required')
  })
})

describe('refresh tokens', () => {
  it('are for applications that were made for them and ask for offline_access, without consent', async () => {
    await using world = await createWorld()
    await addApplication(world, { refreshTokens: true })
    await addApplication(world, { id: 'other' })
    const browser = await signedIn(world)
    const party = new RelyingParty(world)
    const offline = { scope: 'openid offline_access' }
    expect((await party.enter(browser)).refreshToken).toBeUndefined()
    expect((await new RelyingParty(world, { id: 'other' }).enter(browser, offline)).refreshToken).toBeUndefined()
    const { refreshToken, scope } = await party.enter(browser, offline)
    expect(scope).toBe('openid offline_access')
    const { status, body } = await party.refresh(refreshToken)
    expect(status).toBe(200)
    expect(body.refresh_token).toBe(refreshToken)
    expect((await party.userinfo(body.access_token)).status).toBe(200)
    expect((await party.claims(body.id_token)).sub).toBe((await browser.get('/me')).body.id)
  })

  it('are given after a login on the way, too', async () => {
    await using world = await createWorld()
    await addApplication(world, { refreshTokens: true })
    const party = new RelyingParty(world)
    const returned = await party.askAndLogIn(world.browser(), { scope: 'openid offline_access' })
    expect((await party.exchange(returned.get('code'))).body.refresh_token).toEqual(expect.any(String))
  })

  it('of public applications are others each time', async () => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public', refreshTokens: true })
    const party = new RelyingParty(world, { isPublic: true })
    const { refreshToken } = await party.enter(await signedIn(world), { scope: 'openid offline_access' })
    const { body } = await party.refresh(refreshToken)
    expect(body.refresh_token).not.toBe(refreshToken)
    expect((await party.refresh(body.refresh_token)).status).toBe(200)
  })

  it('live until our session’s maximal age', async () => {
    await using world = await createWorld({ SESSION_MAX_AGE: '2d' })
    await addApplication(world, { refreshTokens: true })
    const party = new RelyingParty(world)
    const { refreshToken } = await party.enter(await signedIn(world), { scope: 'openid offline_access' })
    const { exp } = (await party.introspect(refreshToken)).body
    expect(Math.abs(exp * 1000 - Date.now() - 48 * HOUR)).toBeLessThan(60_000)
  })
})

it('a challenge holds for confidential applications that send one', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const party = new RelyingParty(world)
  const browser = await signedIn(world)
  const { verifier, challenge } = makePkce()
  const first = await party.ask(browser, challenge)
  expect((await party.exchange(first.get('code'))).body.error).toBe('invalid_grant')
  const second = await party.ask(browser, challenge)
  expect((await party.exchange(second.get('code'), verifier)).status).toBe(200)
})
