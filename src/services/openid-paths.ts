/** Where the provider of OpenID Connect stands below PUBLIC_URL. */
export const openidPaths = {
  discovery: '/.well-known/openid-configuration',
  authorization: '/oidc/auth',
  token: '/oidc/token',
  userinfo: '/oidc/userinfo',
  jwks: '/oidc/jwks',
  introspection: '/oidc/introspect',
  revocation: '/oidc/revoke',
  endSession: '/oidc/logout',
  /** The answer to a logout's question, and what follows one that leads nowhere else: the library derives both. */
  confirmLogout: '/oidc/logout/confirm',
  loggedOut: '/oidc/logout/success',
  /** Where an application's request waits for its person's login: a login may lead there, and nowhere else on this server. */
  interaction: '/oidc/interaction',
} as const
