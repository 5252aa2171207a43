import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { z } from 'zod'
import type { SignedInByOpenid } from './openid-sessions.js'

/** What the application is told when it is registered at the login server. */
export interface Registration {
  issuer: string
  clientId: string
  clientSecret: string
  /** Its own origin. */
  appUrl: string
}

/** What `begin` leaves in the browser for `finish`. */
const attempts = z.object({ state: z.string(), nonce: z.string(), codeVerifier: z.string() })

/** https://openid.net/specs/openid-connect-backchannel-1_0.html#LogoutToken */
const logoutToken = z.object({
  sid: z.string(),
  iat: z.number(),
  events: z.object({ 'http://schemas.openid.net/event/backchannel-logout': z.object({}) }),
  nonce: z.undefined().optional(),
})
const LOGOUT_TOKEN_MAX_AGE = '2m'

/** The application's side of the login: https://openid.net/specs/openid-connect-core-1_0.html#CodeFlowAuth */
export class OpenidLogin {
  readonly #registration: Registration
  readonly #server: oidc.Configuration
  readonly #keys: JWTVerifyGetKey

  private constructor(registration: Registration, server: oidc.Configuration, jwksUri: string) {
    this.#registration = registration
    this.#server = server
    this.#keys = createRemoteJWKSet(new URL(jwksUri))
  }

  /** Asks the login server for its addresses. @throws where it does not answer */
  static async discover(registration: Registration): Promise<OpenidLogin> {
    const { issuer, clientId, clientSecret } = registration
    // Plain http is for this machine alone: leave `allowInsecureRequests` out elsewhere.
    const execute = [oidc.allowInsecureRequests]
    const secret = oidc.ClientSecretBasic(clientSecret)
    const server = await oidc.discovery(new URL(issuer), clientId, undefined, secret, { execute })
    const { jwks_uri: jwksUri } = server.serverMetadata()
    if (jwksUri === undefined) throw new Error('the login server names no keys')
    return new OpenidLogin(registration, server, jwksUri)
  }

  /** Where the login begins, and what the browser is to keep until it comes back. */
  async begin(): Promise<{ url: URL; attempt: string }> {
    const [state, nonce, codeVerifier] = [oidc.randomState(), oidc.randomNonce(), oidc.randomPKCECodeVerifier()]
    const url = oidc.buildAuthorizationUrl(this.#server, {
      redirect_uri: `${this.#registration.appUrl}/callback`,
      scope: 'openid profile email groups',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    })
    return { url, attempt: JSON.stringify({ state, nonce, codeVerifier }) }
  }

  /** Exchanges the code. @throws where this browser did not begin the login, or it was refused */
  async finish(callback: URL, attempt: string | undefined): Promise<SignedInByOpenid> {
    const { state, nonce, codeVerifier } = attempts.parse(JSON.parse(attempt ?? 'null'))
    const tokens = await oidc.authorizationCodeGrant(this.#server, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    return { sid: z.string().parse(claims?.sid), claims: { ...claims }, idToken: z.string().parse(tokens.id_token) }
  }

  /** Where the logout goes on, and comes back from: https://openid.net/specs/openid-connect-rpinitiated-1_0.html */
  logoutUrl(idToken: string): URL {
    return oidc.buildEndSessionUrl(this.#server, {
      id_token_hint: idToken,
      post_logout_redirect_uri: `${this.#registration.appUrl}/`,
    })
  }

  /** The `sid` of the session that is over. @throws where the token is not one that the login server made for this */
  async verifyLogoutToken(token: unknown): Promise<string> {
    const { payload } = await jwtVerify(z.string().parse(token), this.#keys, {
      issuer: this.#registration.issuer,
      audience: this.#registration.clientId,
      algorithms: ['RS256'],
      typ: 'logout+jwt',
      maxTokenAge: LOGOUT_TOKEN_MAX_AGE,
      clockTolerance: '10s',
    })
    return logoutToken.parse(payload).sid
  }
}
