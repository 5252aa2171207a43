import { type Client, type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Config } from '../config/config.js'
import type { ApplicationRows } from '../services/application.js'
import { openidPaths } from '../services/openid-paths.js'
import type { Accounts } from './account.js'
import type { RecordAdapter } from './adapter.js'
import { claimsByScope } from './claims.js'
import { ClientAdapter, fitsClient, OWN_METADATA } from './client-metadata.js'
import type { CookieNames } from './cookies.js'
import { createPolicy } from './interaction-policy.js'
import type { logoutHooks } from './logout.js'
import { currentRequest } from './openid-request.js'
import { makeContextsPlain } from './plain-contexts.js'
import type { SessionAdapter } from './session-adapter.js'
import { NodeSigningKey } from './signing-key.js'
import type { KeySet } from './signing-keys.js'

const SECONDS = { code: 60, accessToken: 5 * 60, idToken: 60 * 60 }

export interface ProviderParts {
  config: Pick<Config, 'publicUrl' | 'login' | 'membership'>
  applications: ApplicationRows
  accounts: Accounts
  sessionAdapter: SessionAdapter
  makeAdapter: (kind: string) => RecordAdapter
  cookies: { names: CookieNames; secrets: string[] }
  logout: ReturnType<typeof logoutHooks>
  now: () => number
}

/**
 * The provider with these keys: it cannot be given others later.
 * Everything is off that is not named here: https://github.com/panva/node-oidc-provider/blob/main/docs/README.md
 */
export function createProvider(parts: ProviderParts, keys: KeySet): Provider {
  const provider = new Provider(parts.config.publicUrl, configurationOf(parts, keys))
  // The edge says how browsers come: see `readyForProvider`.
  provider.proxy = true
  makeContextsPlain(provider)
  Object.assign(provider.Client.prototype, {
    compareClientSecret(this: Client, secret: string) {
      return fitsClient(this, secret, parts.now())
    },
    // An application that logs people out shows by it which session it means.
    includeSid: () => true,
  })
  return provider
}

function configurationOf(parts: ProviderParts, keys: KeySet): Configuration {
  const { applications, accounts, sessionAdapter, makeAdapter, cookies, config } = parts
  const { policy, asksForLogin } = createPolicy()
  const loginSeconds = Math.ceil(config.login.timeoutMs / 1000)
  return {
    adapter: (kind) =>
      kind === 'Client' ? new ClientAdapter(applications) : kind === 'Session' ? sessionAdapter : makeAdapter(kind),
    jwks: { keys: keys.private.map((key) => new NodeSigningKey(key)) },
    routes: routesOf(openidPaths),
    features: {
      ...onlyOurs,
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      rpInitiatedLogout: { enabled: true, ...parts.logout },
      introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => mayIntrospect(accounts, client, token) },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    },
    extraClientMetadata: { properties: [...OWN_METADATA] },
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    pkce: { required: (_ctx, client) => client.clientAuthMethod === 'none' },
    enabledJWA: { idTokenSigningAlgValues: ['RS256'], userinfoSigningAlgValues: ['RS256'] },
    scopes: ['openid', 'offline_access'],
    claims: { ...claimsByScope(config.membership), sid: null, auth_time: null, iss: null },
    // Some applications read the ID token, others userinfo: both say the same.
    conformIdTokenClaims: false,
    findAccount: (ctx, userId, source) => accounts.find(ctx, userId, source),
    loadExistingGrant: async (ctx) => ((await asksForLogin(ctx)) ? undefined : accounts.grant(ctx)),
    interactions: { policy, url: (_ctx, { uid }) => `${openidPaths.interaction}/${uid}` },
    extraParams: { refresh: keepOfflineAccess },
    issueRefreshToken: (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    // Confidential clients' are bound to their secret, so that replicas may refresh at once (RFC 9700 §4.14.2).
    rotateRefreshToken: ({ oidc }) => oidc.client?.clientAuthMethod === 'none',
    // The records are bound to our session by the database.
    expiresWithSession: () => false,
    ttl: {
      AuthorizationCode: SECONDS.code,
      AccessToken: SECONDS.accessToken,
      IdToken: SECONDS.idToken,
      RefreshToken: () => sessionSeconds(parts.now()),
      Grant: () => sessionSeconds(parts.now()),
      Interaction: loginSeconds,
      Session: loginSeconds,
    },
    cookies: {
      names: cookies.names,
      keys: cookies.secrets,
      // A shadow of our own session, which nobody can log in with: see `readyForProvider`.
      long: { httpOnly: true, sameSite: 'lax', signed: false },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    clientBasedCORS: (_ctx, origin, client) => originsOf(client).includes(origin),
    renderError: (ctx, _out, error) => {
      // Answered by the one place that answers errors, once the provider is done.
      currentRequest().failure = error
      ctx.respond = false
    },
    discovery: { ui_locales_supported: ['en', 'zh'] },
  }
}

/** Under the library's own names. */
function routesOf({ authorization, token, userinfo, jwks, introspection, revocation, endSession }: typeof openidPaths) {
  return { authorization, token, userinfo, jwks, introspection, revocation, end_session: endSession }
}

/** The library's own switches, where it has something on that nobody here needs. */
const onlyOurs = {
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  resourceIndicators: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  userinfo: { enabled: true },
  backchannelLogout: { enabled: true },
} satisfies Configuration['features']

/** Nobody learns about the tokens of others, nor of tokens that are worth nothing any more. */
async function mayIntrospect(
  accounts: Accounts,
  client: Client,
  token: { clientId?: string | undefined; accountId?: string | undefined; sessionUid?: string | undefined },
): Promise<boolean> {
  if (client.clientAuthMethod === 'none' || token.clientId !== client.clientId) return false
  const { accountId, sessionUid } = token
  return accounts.mayUse({ kind: 'introspected', accountId, sessionUid }, client)
}

/**
 * Keeps `offline_access`, which the provider drops where no consent is asked for: the organisation has consented.
 * Runs after the provider has judged the scope.
 */
function keepOfflineAccess(ctx: KoaContextWithOIDC, _value: unknown, client: Client): void {
  const asked = typeof ctx.query.scope === 'string' ? ctx.query.scope.split(' ') : []
  const { params } = ctx.oidc
  const isKept = asked.includes('offline_access') && client.grantTypeAllowed('refresh_token')
  if (params && isKept && !ctx.oidc.requestParamScopes.has('offline_access')) params.scope += ' offline_access'
}

/** How long our session can go on at most. */
function sessionSeconds(now: number): number {
  const { source, live } = currentRequest()
  const expiresAt = (source ?? live)?.expiresAt.getTime() ?? now
  return Math.max(1, Math.ceil((expiresAt - now) / 1000))
}

function originsOf({ redirectUris = [] }: Client): string[] {
  return redirectUris.map((uri) => new URL(uri).origin)
}
