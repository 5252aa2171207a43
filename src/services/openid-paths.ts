/** Where the endpoints of OpenID Connect stand below PUBLIC_URL: for applications that do not find them by discovery. */
export const openidPaths = {
  discovery: '/.well-known/openid-configuration',
  authorization: '/oidc/auth',
  token: '/oidc/token',
  userinfo: '/oidc/userinfo',
  endSession: '/oidc/logout',
} as const
