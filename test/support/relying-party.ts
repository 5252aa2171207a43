import { createHash, randomBytes } from 'node:crypto'
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose'
import type { Response } from 'supertest'
import { expect } from 'vitest'
import { REDIRECT_URI, SECRET } from './applications.js'
import type { Browser } from './browser.js'
import { PUBLIC_URL } from './world.js'

export interface Tokens {
  accessToken: string
  idToken: string
  refreshToken: string | undefined
  scope: string
}

interface HasBrowsers {
  /** One that nobody has used yet. */
  browser(): Browser
}

/** An application that speaks OpenID Connect by hand, so that each step can be another one. */
export class RelyingParty {
  readonly id: string
  readonly secret: string | undefined
  readonly redirectUri: string
  readonly #world: HasBrowsers

  constructor(world: HasBrowsers, { id = 'app', secret = SECRET, redirectUri = REDIRECT_URI, isPublic = false } = {}) {
    this.#world = world
    this.id = id
    this.secret = isPublic ? undefined : secret
    this.redirectUri = redirectUri
  }

  /** The address that it sends browsers to. */
  authorizeUrl(parameters: Record<string, string> = {}): string {
    const usual = {
      client_id: this.id,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid profile email',
      state: 'the-state',
    }
    return `/oidc/auth?${new URLSearchParams({ ...usual, ...parameters })}`
  }

  /** What comes back in a browser in which somebody is signed in. */
  async ask(browser: Browser, parameters: Record<string, string> = {}): Promise<URLSearchParams> {
    return this.#landing(await browser.get(this.authorizeUrl(parameters)).expect(303))
  }

  /** What comes back once somebody has logged in for it. */
  async askAndLogIn(browser: Browser, parameters: Record<string, string> = {}, person = 'zhangsan') {
    const begun = await browser.get(this.authorizeUrl(parameters)).expect(303)
    return this.logIn(browser, begun, person)
  }

  /** Goes on where the provider has sent the browser to log in. */
  async logIn(browser: Browser, begun: Response, person = 'zhangsan'): Promise<URLSearchParams> {
    const resumed = await browser.get(await this.logInUntilResumed(browser, begun, person)).expect(303)
    return this.#landing(resumed)
  }

  /** As far as the provider's own address, which is not asked for yet. */
  async logInUntilResumed(browser: Browser, begun: Response, person = 'zhangsan'): Promise<string> {
    const waiting = String(begun.headers.location)
    expect(waiting).toMatch(/^\/oidc\/interaction\/[\w-]+$/)
    const { headers } = await browser.get(waiting).expect(302)
    const landed = await browser.logIn(person, pathOf(headers.location))
    return String((await browser.get(String(landed.headers.location)).expect(302)).headers.location)
  }

  /** Sends to the token endpoint what it is given. */
  token(form: Record<string, string>): Promise<Response> {
    const request = this.#world.browser().send('post', '/oidc/token').type('form')
    if (this.secret === undefined) return Promise.resolve(request.send({ client_id: this.id, ...form }))
    return Promise.resolve(request.auth(this.id, this.secret).send(form))
  }

  exchange(code: string | null, changes: Record<string, string> = {}): Promise<Response> {
    return this.token({
      grant_type: 'authorization_code',
      code: code ?? '',
      redirect_uri: this.redirectUri,
      ...changes,
    })
  }

  refresh(token: string | undefined): Promise<Response> {
    return this.token({ grant_type: 'refresh_token', refresh_token: token ?? '' })
  }

  /** A whole login of somebody who is signed in. */
  async enter(browser: Browser, parameters: Record<string, string> = {}): Promise<Tokens> {
    const pkce = this.secret === undefined ? makePkce() : undefined
    const returned = await this.ask(browser, { ...parameters, ...pkce?.challenge })
    const { body } = await this.exchange(returned.get('code'), pkce?.verifier).then(expectOk)
    return {
      accessToken: body.access_token,
      idToken: body.id_token,
      refreshToken: body.refresh_token,
      scope: body.scope,
    }
  }

  async userinfo(accessToken: string): Promise<Response> {
    return this.#world.browser().get('/oidc/userinfo').set('Authorization', `Bearer ${accessToken}`)
  }

  async introspect(token: string | undefined): Promise<Response> {
    const request = this.#world.browser().send('post', '/oidc/introspect').type('form')
    return request.auth(this.id, this.secret ?? '').send({ token })
  }

  /** The claims of an ID token, verified as a client does. */
  async claims(idToken: string): Promise<JWTPayload> {
    const keys = createLocalJWKSet((await this.#world.browser().get('/oidc/jwks').expect(200)).body)
    return (await jwtVerify(idToken, keys, { issuer: PUBLIC_URL, audience: this.id, algorithms: ['RS256'] })).payload
  }

  #landing({ headers }: Response): URLSearchParams {
    const url = new URL(String(headers.location), PUBLIC_URL)
    expect(url.origin + url.pathname).toBe(this.redirectUri)
    expect(url.searchParams.get('iss')).toBe(PUBLIC_URL)
    return url.searchParams
  }
}

/** A verifier and its challenge: https://www.rfc-editor.org/rfc/rfc7636 */
export function makePkce() {
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  return {
    verifier: { code_verifier: verifier },
    challenge: { code_challenge: challenge, code_challenge_method: 'S256' },
  }
}

export function pathOf(address: unknown): string {
  const { pathname, search } = new URL(String(address), PUBLIC_URL)
  return pathname + search
}

function expectOk(response: Response): Response {
  expect(response.status, response.text).toBe(200)
  return response
}
