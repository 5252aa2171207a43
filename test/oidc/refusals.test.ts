import { randomBytes } from 'node:crypto'
import request from 'supertest'
import { describe, expect, it } from 'vitest'
import { addApplication, REDIRECT_URI, SECRET } from '../support/applications.js'
import { LogoutListener } from '../support/logout-listener.js'
import { rawAnswer } from '../support/raw.js'
import { makePkce, RelyingParty } from '../support/relying-party.js'
import { readEverything } from '../support/schema.js'
import { createWorld, FRONTEND, PUBLIC_URL, type World } from '../support/world.js'

async function signedIn(world: World) {
  const browser = world.browser()
  await browser.logIn()
  return browser
}

const records = (world: World, kind: string) => world.sql(`SELECT * FROM "OpenidRecord" WHERE kind = '${kind}'`)

describe('a request that cannot be the application’s', () => {
  it.each([
    ['a redirect URI with one character more', { redirect_uri: `${REDIRECT_URI}/` }],
    ['a redirect URI with a query', { redirect_uri: `${REDIRECT_URI}?a=b` }],
    ['a redirect URI in another spelling', { redirect_uri: REDIRECT_URI.replace('app.test', 'APP.test') }],
    ['a redirect URI with another port', { redirect_uri: REDIRECT_URI.replace('app.test', 'app.test:8443') }],
    ['a redirect URI over http', { redirect_uri: REDIRECT_URI.replace('https', 'http') }],
    ['an application that there is not', { client_id: 'nobody' }],
    ['a host behind a proxy', { client_id: 'wiki' }],
    ['an id that no database would take', { client_id: 'a\u0000b' }],
  ])('gets a page, and nothing is sent on: %s', async (_, parameters) => {
    await using world = await createWorld()
    await addApplication(world)
    await addApplication(world, { id: 'wiki', kind: 'proxy', redirectUris: [], secretHash: null })
    const address = new RelyingParty(world).authorizeUrl({ prompt: 'none', ...parameters })
    const { status, headers, body } = await (await signedIn(world)).get(address)
    expect(status).toBe(400)
    expect(headers.location).toBeUndefined()
    expect(body.error).toMatch(/^(redirect_not_allowed|bad_request)$/)
    expect(await records(world, 'Grant')).toEqual([])
  })

  it.each(['client_id', 'redirect_uri', 'state', 'scope', 'nonce'])('with two of %s is refused', async (name) => {
    await using world = await createWorld()
    await addApplication(world)
    const address = `${new RelyingParty(world).authorizeUrl({ nonce: 'a' })}&${name}=other`
    const { status, headers } = await (await signedIn(world)).get(address)
    if (status === 303) expect(String(headers.location)).toContain('error=invalid_request')
    else expect(status).toBe(400)
    expect(await records(world, 'Grant')).toEqual([])
  })

  it('tells the person in their own language', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const address = new RelyingParty(world).authorizeUrl({ redirect_uri: 'https://evil.test/' })
    const { text } = await world.browser().get(address).set({ Accept: 'text/html', 'Accept-Language': 'zh-CN' })
    expect(text).toContain('登录后要前往的地址未被允许')
    expect(text).toContain('invalid_redirect_uri')
    expect(text).not.toContain('evil.test')
  })
})

describe('a request of the application that it may not make', () => {
  it.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ response_type: 'id_token' }, 'unsupported_response_type'],
    [{ response_type: 'code id_token' }, 'unsupported_response_type'],
    [{ request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    [{ request_uri: 'https://app.test/request' }, 'request_uri_not_supported'],
    [{ registration: '{}' }, 'registration_not_supported'],
    [{ scope: 'openid dingtalk' }, 'invalid_scope'],
    [{ code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: 'too-short', code_challenge_method: 'S256' }, 'invalid_request'],
    [{ code_challenge: 'a'.repeat(43) }, 'invalid_request'],
    [{ response_mode: 'web_message' }, 'unsupported_response_mode'],
    [{ prompt: 'none login' }, 'invalid_request'],
    [{ max_age: '-1' }, 'invalid_request'],
    [{ id_token_hint: 'no.token.atall' }, 'invalid_request'],
  ])('is refused there: %j', async (parameters, error) => {
    await using world = await createWorld()
    await addApplication(world)
    const { status, headers } = await (await signedIn(world)).get(new RelyingParty(world).authorizeUrl(parameters))
    expect(status).toBe(303)
    const url = new URL(String(headers.location))
    const answer = new URLSearchParams(url.search || url.hash.slice(1))
    expect(url.origin + url.pathname).toBe(REDIRECT_URI)
    expect(answer.get('error')).toBe(error)
    expect(answer.get('state')).toBe('the-state')
    expect(answer.get('iss')).toBe(PUBLIC_URL)
    expect(await records(world, 'Grant')).toEqual([])
  })

  it('is refused without a challenge where it is public', async () => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public' })
    const returned = await new RelyingParty(world, { isPublic: true }).ask(await signedIn(world))
    expect(returned.get('error')).toBe('invalid_request')
    expect(returned.get('code')).toBeNull()
  })

  it('is no registration, and none by POST, nor is a logout', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = world.browser()
    await browser
      .send('post', '/oidc/reg')
      .send({ redirect_uris: [REDIRECT_URI] })
      .expect(404)
    await browser.send('post', new RelyingParty(world).authorizeUrl()).expect(405)
    await browser.send('head', new RelyingParty(world).authorizeUrl()).expect(405)
    await browser.send('post', '/oidc/logout').expect(405)
  })
})

describe('a code', () => {
  it('is worth nothing twice, and then nothing that it gave is', async () => {
    await using world = await createWorld()
    await addApplication(world, { refreshTokens: true })
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const other = await party.enter(browser, { scope: 'openid offline_access' })
    const code = (await party.ask(browser, { scope: 'openid offline_access' })).get('code')
    const { body } = await party.exchange(code)
    expect((await party.userinfo(body.access_token)).status).toBe(200)
    expect((await party.exchange(code)).body.error).toBe('invalid_grant')
    expect((await party.userinfo(body.access_token)).status).toBe(401)
    expect((await party.refresh(body.refresh_token)).body.error).toBe('invalid_grant')
    // Another login of the same person has a grant of its own.
    expect((await party.userinfo(other.accessToken)).status).toBe(200)
  })

  it('is for its own application alone', async () => {
    await using world = await createWorld()
    await addApplication(world)
    await addApplication(world, { id: 'thief' })
    const code = (await new RelyingParty(world).ask(await signedIn(world))).get('code')
    const thief = await new RelyingParty(world, { id: 'thief' }).exchange(code)
    expect(thief.body.error).toBe('invalid_grant')
    expect(await records(world, 'AccessToken')).toEqual([])
  })

  it.each([
    ['another verifier', { code_verifier: randomBytes(32).toString('base64url') }],
    ['no verifier', {}],
  ])('is worth nothing with %s', async (_, changes) => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public' })
    const party = new RelyingParty(world, { isPublic: true })
    const code = (await party.ask(await signedIn(world), makePkce().challenge)).get('code')
    expect((await party.exchange(code, changes)).body.error).toBe('invalid_grant')
    expect(await records(world, 'AccessToken')).toEqual([])
  })

  it('is worth nothing with another redirect URI, nor with a verifier where there was no challenge', async () => {
    await using world = await createWorld()
    await addApplication(world, { redirectUris: [REDIRECT_URI, 'https://app.test/other'] })
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const first = (await party.ask(browser)).get('code')
    expect((await party.exchange(first, { redirect_uri: 'https://app.test/other' })).body.error).toBe('invalid_grant')
    const second = (await party.ask(browser)).get('code')
    expect((await party.exchange(second, makePkce().verifier)).body.error).toBe('invalid_grant')
  })
})

describe('an application', () => {
  it('needs its own secret, and the one before it for a day', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const code = (await new RelyingParty(world).ask(await signedIn(world))).get('code')
    for (const secret of ['', 'wrong', SECRET.toUpperCase(), `${SECRET} `]) {
      const { status, body } = await new RelyingParty(world, { secret: secret || ' ' }).exchange(code)
      expect(status).toBe(401)
      expect(body.error).toBe('invalid_client')
    }
    const hash = (await world.sql('SELECT "secretHash" FROM "Application"'))[0]?.secretHash
    const withHash = await new RelyingParty(world, { secret: String(hash) }).exchange(code)
    expect(withHash.body.error).toBe('invalid_client')
    expect((await new RelyingParty(world).exchange(code)).status).toBe(200)
  })

  it('cannot leave its secret out, nor sign for itself', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const code = (await new RelyingParty(world).ask(await signedIn(world))).get('code')
    const bare = new RelyingParty(world, { isPublic: true })
    expect((await bare.exchange(code)).body.error).toBe('invalid_client')
    const assertion = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: 'a.b.c',
    }
    expect((await bare.exchange(code, assertion)).status).toBeGreaterThanOrEqual(400)
    expect(await records(world, 'AccessToken')).toEqual([])
  })

  it.each(['client_credentials', 'password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'])(
    'gets nothing by the grant %s',
    async (grant_type) => {
      await using world = await createWorld()
      await addApplication(world)
      const { status, body } = await new RelyingParty(world).token({ grant_type, username: 'a', password: 'b' })
      expect(status).toBe(400)
      expect(body.error).toMatch(/^(unsupported_grant_type|unauthorized_client|invalid_request)$/)
    },
  )

  it('learns nothing of the tokens of others, and cannot end them', async () => {
    await using world = await createWorld()
    await addApplication(world)
    await addApplication(world, { id: 'other' })
    await addApplication(world, { id: 'open', kind: 'public' })
    const party = new RelyingParty(world)
    const { accessToken } = await party.enter(await signedIn(world))
    expect((await party.introspect(accessToken)).body.active).toBe(true)
    expect((await new RelyingParty(world, { id: 'other' }).introspect(accessToken)).body).toEqual({ active: false })
    for (const form of [{ client_id: 'other', client_secret: SECRET }, { client_id: 'open' }])
      await world
        .browser()
        .send('post', '/oidc/revoke')
        .type('form')
        .send({ token: accessToken, ...form })
    expect((await party.userinfo(accessToken)).status).toBe(200)
    await world
      .browser()
      .send('post', '/oidc/revoke')
      .type('form')
      .auth('app', SECRET)
      .send({ token: accessToken })
      .expect(200)
    expect((await party.userinfo(accessToken)).status).toBe(401)
  })
})

describe('a token', () => {
  it('of the algorithm none, or of another key, shows no session at logout', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    const browser = await signedIn(world)
    const { idToken } = await party.enter(browser)
    const [, payload, signature] = idToken.split('.')
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    for (const forged of [`${none}.${payload}.`, `${none}.${payload}.${signature}`, `${idToken.slice(0, -4)}AAAA`]) {
      await browser.get(`/oidc/logout?id_token_hint=${forged}`).expect(400)
      await browser.get('/me').expect(200)
    }
  })

  it('is sent in one way, never in the address', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const { accessToken } = await new RelyingParty(world).enter(await signedIn(world))
    await world.browser().get(`/oidc/userinfo?access_token=${accessToken}`).expect(400)
    await world.browser().get('/oidc/userinfo').expect(401)
  })
})

describe('where it all stands', () => {
  it('is PUBLIC_URL, whatever Host and proxies say', async () => {
    await using world = await createWorld({ PUBLIC_URL: 'https://login.test', TRUST_PROXY: '1' })
    await addApplication(world)
    const forged = { 'X-Forwarded-Host': 'evil.test', 'X-Forwarded-Proto': 'http', Forwarded: 'host=evil.test' }
    for (const host of ['evil.test', 'login.test']) {
      const { text } = await request(world.serverUrl)
        .get('/.well-known/openid-configuration')
        .set('Host', host)
        .set(forged)
      expect(text).not.toContain('evil')
      expect(text).not.toContain('http:')
      expect(JSON.parse(text).token_endpoint).toBe('https://login.test/oidc/token')
    }
    const whole = 'GET http://evil.test/.well-known/openid-configuration HTTP/1.1\r\nHost: login.test\r\n'
    const named = await rawAnswer(world.serverUrl, `${whole}Connection: close\r\n\r\n`)
    expect(named).toContain('"https://login.test/oidc/token"')
    expect(named).not.toContain('evil')
    const address = new RelyingParty(world).authorizeUrl()
    for (const [host, headers] of [
      ['login.test', forged],
      ['evil.test', {}],
    ] as const) {
      const elsewhere = await request(world.serverUrl).get(address).set('Host', host).set(headers).redirects(0)
      expect(elsewhere.headers.location).toMatch(/^https:\/\/login\.test\/oidc\/auth\?/)
    }
  })

  it.each([
    ['state', 6000],
    ['nonce', 6000],
    ['login_hint', 10_000],
  ])('takes a %s of %i characters or refuses it', async (name, length) => {
    await using world = await createWorld()
    await addApplication(world)
    const address = new RelyingParty(world).authorizeUrl({ [name]: 'x'.repeat(length) })
    const { status } = await world.browser().get(address)
    expect(status).toBe(length > 8000 ? 400 : 303)
  })

  it('shows no page in a frame of others, and leaves none in a cache', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const browser = await signedIn(world)
    const form = new RelyingParty(world).authorizeUrl({ response_mode: 'form_post' })
    for (const page of ['/oidc/logout', '/oidc/logout/success', form])
      for (const { headers } of [await browser.get(page), await world.browser().get(page)]) {
        expect(headers['content-security-policy'], page).toContain("frame-ancestors 'none'")
        expect(headers['content-security-policy'], page).toContain("default-src 'none'")
        expect(headers['x-frame-options']).toBe('DENY')
        expect(headers['cache-control']).toBe('no-store')
        expect(headers['referrer-policy']).toBe('same-origin')
      }
  })

  it('reads no endless form', async () => {
    await using world = await createWorld()
    await addApplication(world)
    const party = new RelyingParty(world)
    expect((await party.exchange('x'.repeat(10_000))).body.error).toBe('invalid_grant')
    expect((await party.exchange('x'.repeat(60_000))).status).toBe(400)
  })

  it('lets origins read what the application’s are, and never with cookies', async () => {
    await using world = await createWorld()
    await addApplication(world, { kind: 'public' })
    const party = new RelyingParty(world, { isPublic: true })
    const { accessToken } = await party.enter(await signedIn(world))
    const asked = async (origin: string) => {
      const { status, headers } = await world
        .browser()
        .get('/oidc/userinfo')
        .set({ Authorization: `Bearer ${accessToken}`, Origin: origin })
      expect(headers['access-control-allow-credentials']).toBeUndefined()
      return [status, headers['access-control-allow-origin']]
    }
    expect(await asked('https://app.test')).toEqual([200, 'https://app.test'])
    expect(await asked(FRONTEND)).toEqual([400, undefined])
    expect(await asked('null')).toEqual([400, undefined])
    const preflight = await world
      .browser()
      .send('options', '/oidc/token')
      .set({ Origin: 'https://app.test', 'Access-Control-Request-Method': 'POST' })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    const page = await world.browser().get(party.authorizeUrl()).set('Origin', FRONTEND)
    expect(page.headers['access-control-allow-origin']).toBeUndefined()
  })
})

it('no server starts for anyone while an application is not for everyone', async () => {
  await using world = await createWorld()
  await addApplication(world)
  const anyone = { DINGTALK_AUDIENCE: 'anyone' }
  await world.anotherServer(anyone)
  await addApplication(world, { id: 'closed', access: [] })
  await expect(world.anotherServer(anyone)).rejects.toThrow('DINGTALK_AUDIENCE: is anyone, but')
  await world.anotherServer()
})

it('no server that reads no directory starts while an application is for groups', async () => {
  await using world = await createWorld()
  await addApplication(world, { id: 'nobody', access: [] })
  await world.anotherServer()
  await addApplication(world, { id: 'closed', access: ['ops'] })
  await expect(world.anotherServer()).rejects.toThrow(
    /^DINGTALK_PROFILE: is none, but these applications are for groups: closed\. .*--everyone\.$/,
  )
  await world.anotherServer({ DINGTALK_PROFILE: 'directory' })
})

it('no code, token or secret stands in the log, nor in the database', async () => {
  await using world = await createWorld({ LOG_LEVEL: 'trace' })
  await using listener = await LogoutListener.start()
  await addApplication(world, { refreshTokens: true, backchannelLogoutUri: listener.uri })
  await addApplication(world, { id: 'open', kind: 'public', refreshTokens: true })
  const [party, open] = [new RelyingParty(world), new RelyingParty(world, { id: 'open', isPublic: true })]
  const browser = world.browser()
  const { verifier, challenge } = makePkce()
  const asked = { scope: 'openid offline_access', nonce: 'the-nonce-of-this-login', ...challenge }
  const code = String((await party.askAndLogIn(browser, asked)).get('code'))
  const { body } = await party.exchange(code, verifier)
  const refreshed = (await party.refresh(body.refresh_token)).body
  const publicTokens = await open.enter(browser, { scope: 'openid offline_access' })
  const rotated = (await open.refresh(publicTokens.refreshToken)).body
  const unused = String((await party.ask(browser, { id_token_hint: body.id_token })).get('code'))
  const tokens = [body, refreshed, rotated].flatMap((given) => [
    given.access_token,
    given.refresh_token,
    given.id_token,
  ])
  const secrets: string[] = [...tokens, publicTokens.accessToken, publicTokens.refreshToken, code, unused, SECRET]

  // In all the places that are wrong for them, too.
  const wrong = new RelyingParty(world, { secret: 'a-secret-that-is-wrong' })
  for (const secret of [...secrets, 'a-text-that-is-no-token']) {
    await party.refresh(secret)
    await party.introspect(secret)
    await open.exchange(secret)
    await wrong.token({ grant_type: secret, code: secret, client_assertion: secret, token: secret })
    await new RelyingParty(world, { secret }).exchange('x')
    await new RelyingParty(world, { id: secret, isPublic: true }).exchange('x')
    await world.browser().get(`/oidc/userinfo?access_token=${secret}`)
    await world.browser().send('post', `/oidc/token?client_secret=${secret}&code=${secret}`)
    for (const name of ['client_id', 'redirect_uri', 'scope', 'id_token_hint', 'response_type', 'prompt'])
      await browser.get(party.authorizeUrl({ [name]: secret }))
    await browser.get(`/oidc/auth/${secret}`)
    await browser.get(`/oidc/logout?client_id=${secret}&state=${secret}`)
  }
  const before = await readEverything(world.database)
  await browser.get(`/oidc/logout?id_token_hint=${body.id_token}`).expect(303)
  await listener.told(1)
  const logoutToken = new URLSearchParams(listener.bodies[0]).get('logout_token') ?? ''
  // With the last batch of the audit trail.
  await world.close()
  const texts = [before, await readEverything(world.database), JSON.stringify(world.log)]
  const holds = (text: string) => texts.map((one) => one.includes(text))
  expect(holds('RefreshToken')).toEqual([true, false, false])
  expect(holds('application_told_of_logout')).toEqual([false, true, true])
  const others = ['a-secret-that-is-wrong', 'a-text-that-is-no-token', verifier.code_verifier, logoutToken]
  for (const secret of [...secrets, ...others, ...browser.cookies.values()]) {
    expect(secret.length).toBeGreaterThan(20)
    expect(holds(secret), secret).toEqual([false, false, false])
  }
}, 60_000)
