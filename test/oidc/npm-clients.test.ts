import { createServer } from 'node:http'
import express, { type Express } from 'express'
import openidConnect from 'express-openid-connect'
import session from 'express-session'
import * as openid from 'openid-client'
import passport from 'passport'
import OpenIDConnectStrategy from 'passport-openidconnect'
import { describe, expect, it, onTestFinished } from 'vitest'
import { closeAtOnce, listen } from '../../src/server/listen.js'
import { addApplication, SECRET } from '../support/applications.js'
import { FollowedBrowser } from '../support/followed-browser.js'
import { createReachableWorld, type ReachableWorld } from '../support/reachable-world.js'

/** 张伟, one of two of that name, who has no work e-mail. */
const PERSON = 'zhangwei1'

/** Serves an application until the test ends, and gives its address. */
async function serve(app: Express): Promise<string> {
  const server = createServer(app)
  const port = await listen(server, { port: 0, host: '127.0.0.1' })
  onTestFinished(() => closeAtOnce(server))
  return `http://localhost:${port}`
}

/** Enough time for the server to tell of a logout: it looks at its queue each second. */
const POLL = { timeout: 10_000 }

describe('openid-client', () => {
  it('logs in with PKCE, refreshes, asks who it is, and logs out', async () => {
    await using site = await createReachableWorld()
    const { world, issuer } = site
    const application = await serve(express().use((_req, res) => void res.send('the application')))
    await addApplication(world, {
      redirectUris: [`${application}/callback`],
      postLogoutRedirectUris: [`${application}/bye`],
      refreshTokens: true,
    })
    const insecure = { execute: [openid.allowInsecureRequests] }
    const config = await openid.discovery(new URL(issuer), 'app', SECRET, undefined, insecure)
    const [verifier, state, nonce] = [openid.randomPKCECodeVerifier(), openid.randomState(), openid.randomNonce()]
    const begun = openid.buildAuthorizationUrl(config, {
      redirect_uri: `${application}/callback`,
      scope: 'openid profile email groups offline_access',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    })
    const browser = new FollowedBrowser(world.dingtalk, PERSON)
    const landed = await browser.open(begun)
    expect(landed.text).toBe('the application')

    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
    const tokens = await openid.authorizationCodeGrant(config, landed.url, checks)
    const claims = tokens.claims()
    expect(claims).toMatchObject({
      iss: issuer,
      name: '张伟',
      preferred_username: expect.stringMatching(/^[a-z0-9._-]+$/),
    })
    expect(claims).not.toHaveProperty('email')
    const sub = String(claims?.sub)
    const refreshed = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
    expect(await openid.fetchUserInfo(config, refreshed.access_token, sub)).toMatchObject({ sub, name: '张伟' })

    const out = openid.buildEndSessionUrl(config, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: `${application}/bye`,
      state: 'the-state',
    })
    expect((await browser.open(out)).url.href).toBe(`${application}/bye?state=the-state`)
    const refresh = openid.refreshTokenGrant(config, String(refreshed.refresh_token ?? tokens.refresh_token))
    await expect(refresh).rejects.toMatchObject({ error: 'invalid_grant' })
    await expect(openid.fetchUserInfo(config, refreshed.access_token, sub)).rejects.toMatchObject({ status: 401 })
  })
})

describe('passport-openidconnect', () => {
  it('logs in, and has the profile of userinfo', async () => {
    await using site = await createReachableWorld()
    const { world, issuer } = site
    const app = express()
    const url = await serve(app)
    await addApplication(world, { redirectUris: [`${url}/callback`] })
    app.use(
      session({ secret: 'a', resave: false, saveUninitialized: false, name: 'application' }),
      passportRoutes(issuer, url),
    )

    const browser = new FollowedBrowser(world.dingtalk, PERSON)
    const { text, url: landed } = await browser.open(`${url}/login`)
    expect(landed.href).toBe(`${url}/`)
    const me: unknown = JSON.parse((await browser.open(`${issuer}/me`)).text)
    expect(me).toMatchObject({ handle: JSON.parse(text).username })
    expect(JSON.parse(text)).toMatchObject({ displayName: '张伟' })
    expect(JSON.parse(text)).not.toHaveProperty('emails')
  })
})

/** As its own README has it. */
function passportRoutes(issuer: string, url: string) {
  const authenticator = new passport.Passport()
  authenticator.use(
    'openidconnect',
    new OpenIDConnectStrategy(
      {
        issuer,
        authorizationURL: `${issuer}/oidc/auth`,
        tokenURL: `${issuer}/oidc/token`,
        userInfoURL: `${issuer}/oidc/userinfo`,
        clientID: 'app',
        clientSecret: SECRET,
        callbackURL: `${url}/callback`,
        scope: ['profile', 'email', 'groups'],
      },
      (_issuer: string, profile: OpenIDConnectStrategy.Profile, done: OpenIDConnectStrategy.VerifyCallback) =>
        // The types of our own package say what a user is, and this is an application without it.
        done(null, profile as object as Express.User),
    ),
  )
  authenticator.serializeUser((user, done) => done(null, user))
  authenticator.deserializeUser((user: Express.User, done) => done(null, user))
  const router = express.Router()
  router.use(authenticator.initialize(), authenticator.session())
  router.get('/login', authenticator.authenticate('openidconnect'))
  router.get('/callback', authenticator.authenticate('openidconnect', { successRedirect: '/', failureRedirect: '/no' }))
  router.get('/', (req, res) => void res.json(req.user ?? null))
  return router
}

describe('express-openid-connect', () => {
  async function startApplication({ world, issuer }: ReachableWorld): Promise<string> {
    const app = express()
    const url = await serve(app)
    await addApplication(world, {
      redirectUris: [`${url}/callback`],
      postLogoutRedirectUris: [url],
      backchannelLogoutUri: `${url}/backchannel-logout`,
    })
    app.use(
      openidConnect.auth({
        issuerBaseURL: issuer,
        baseURL: url,
        clientID: 'app',
        clientSecret: SECRET,
        secret: 'a-secret-of-this-application-alone',
        authRequired: false,
        idpLogout: true,
        authorizationParams: { response_type: 'code', scope: 'openid profile email groups' },
        backchannelLogout: { store: memoryStore() },
      }),
    )
    app.get('/', (req, res) => void res.json(req.oidc.user ?? null))
    return url
  }

  it('logs in, and out by end_session', async () => {
    await using site = await createReachableWorld()
    const url = await startApplication(site)
    const browser = new FollowedBrowser(site.world.dingtalk, PERSON)
    const { text } = await browser.open(`${url}/login`)
    expect(JSON.parse(text)).toMatchObject({ name: '张伟' })
    expect(JSON.parse(text)).not.toHaveProperty('email')
    const out = await browser.open(`${url}/logout`)
    expect([out.url.origin, out.text]).toEqual([url, 'null'])
    expect((await browser.open(`${site.issuer}/me`)).status).toBe(401)
  })

  it('is told of a logout elsewhere', async () => {
    await using site = await createReachableWorld()
    const url = await startApplication(site)
    const [browser, other] = [PERSON, PERSON].map((person) => new FollowedBrowser(site.world.dingtalk, person))
    if (!browser || !other) throw new Error('no browsers')
    for (const one of [browser, other]) {
      await one.open(`${url}/login`)
      expect(JSON.parse((await one.open(url)).text)).toMatchObject({ name: '张伟' })
    }
    await browser.open(`${site.issuer}/logout`, { method: 'POST', headers: { Origin: site.issuer } })
    await expect.poll(async () => (await browser.open(url)).text, POLL).toBe('null')
    // The same person in another browser stays in.
    expect(JSON.parse((await other.open(url)).text)).toMatchObject({ name: '张伟' })
  })
})

type LogoutStore = NonNullable<Exclude<openidConnect.ConfigParams['backchannelLogout'], boolean | undefined>['store']>
type LogoutEntry = Parameters<LogoutStore['set']>[1]

/** Where it remembers which logouts it was told of. */
function memoryStore(): LogoutStore {
  const entries = new Map<string, LogoutEntry>()
  return {
    get: (id, done) => done(null, entries.get(id)),
    set: (id, entry, done) => {
      entries.set(id, entry)
      done?.()
    },
    destroy: (id, done) => {
      entries.delete(id)
      done?.()
    },
  }
}
