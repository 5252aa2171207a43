import type { Methods, Operation } from './operation.js'

const toApplication = {
  description: 'Back to the application, or to the login first.',
  body: 'text/html',
  headers: ['Location', 'Set-Cookie'],
} as const
const onward = {
  description: 'Where the browser goes on.',
  body: 'text/html',
  headers: ['Location', 'Set-Cookie'],
} as const
const refused = { description: 'Refused, as OAuth says it.', body: 'OauthError' } as const
const page = { description: 'A page.', body: 'text/html' } as const

/** What applications of the organisation are sent to: errors are OAuth's, with its own names. */
export const openidOperations = {
  '/.well-known/openid-configuration': {
    GET: {
      id: 'discover',
      summary: 'What an OpenID client needs to know: https://openid.net/specs/openid-connect-discovery-1_0.html',
      responses: { 200: { description: 'The metadata.', body: 'Discovery' } },
    },
  },
  '/oidc/jwks': {
    GET: {
      id: 'getKeys',
      summary: 'The keys that ID tokens are verified with.',
      responses: { 200: { description: 'A JSON Web Key Set.', body: 'Keys' } },
    },
  },
  '/oidc/auth': {
    GET: {
      id: 'authorize',
      summary: 'Tells an application who is signed in, with a code; sends whoever is not to log in first.',
      description: 'OpenID Connect’s authentication request, code flow.',
      session: 'optional',
      head: false,
      responses: { 200: page, 303: toApplication },
      errors: ['redirect_not_allowed', 'not_permitted', 'rate_limited'],
    },
  },
  '/oidc/auth/:uid': {
    GET: {
      id: 'resumeAuthorization',
      summary: 'Goes on with an application’s request after a login.',
      session: 'optional',
      head: false,
      responses: { 200: page, 303: toApplication },
      errors: ['attempt_expired', 'not_permitted', 'rate_limited'],
    },
  },
  '/oidc/interaction/:uid': {
    GET: {
      id: 'logInForApplication',
      summary: 'Where an application’s request waits: begins the login, and goes on once somebody is signed in.',
      session: 'optional',
      head: false,
      responses: { 302: { description: 'To the login, or on.', headers: ['Location', 'Set-Cookie'] } },
      errors: ['attempt_expired', 'rate_limited'],
    },
  },
  '/oidc/token': {
    POST: {
      id: 'getTokens',
      summary: 'Gives tokens for a code or a refresh token: https://www.rfc-editor.org/rfc/rfc6749#section-3.2',
      responses: { 200: { description: 'The tokens.', body: 'Tokens' }, 400: refused, 401: refused, 503: refused },
    },
  },
  '/oidc/userinfo': { GET: userinfo('getUserinfo'), POST: userinfo('postUserinfo') },
  '/oidc/introspect': {
    POST: {
      id: 'introspect',
      summary: 'Says whether a token of the application is still good: https://www.rfc-editor.org/rfc/rfc7662',
      responses: {
        200: { description: 'What it is.', body: 'Introspection' },
        400: refused,
        401: refused,
        503: refused,
      },
    },
  },
  '/oidc/revoke': {
    POST: {
      id: 'revoke',
      summary: 'Ends a token of the application: https://www.rfc-editor.org/rfc/rfc7009',
      responses: { 200: { description: 'It is worth nothing any more.' }, 400: refused, 401: refused, 503: refused },
    },
  },
  '/oidc/logout': {
    GET: {
      id: 'logOutByApplication',
      summary: 'Logs out because an application asks: https://openid.net/specs/openid-connect-rpinitiated-1_0.html',
      session: 'optional',
      head: false,
      responses: { 200: page, 303: onward, 400: refused },
      errors: ['rate_limited'],
    },
  },
  '/oidc/logout/success': {
    GET: {
      id: 'showLoggedOut',
      summary: 'Says that nobody is signed in any more.',
      session: 'optional',
      responses: { 200: page },
      errors: ['rate_limited'],
    },
  },
  '/oidc/logout/confirm': {
    POST: {
      id: 'confirmLogout',
      summary: 'The person’s answer to the question of a logout.',
      session: 'optional',
      responses: { 303: onward, 400: refused },
      errors: ['rate_limited'],
    },
  },
} satisfies Record<`/${string}`, Methods>

function userinfo(id: string): Operation {
  return {
    id,
    summary: 'Who the access token speaks of: https://openid.net/specs/openid-connect-core-1_0.html#UserInfo',
    responses: {
      200: { description: 'The claims.', body: 'Claims' },
      400: refused,
      401: refused,
      403: refused,
      503: refused,
    },
  }
}
