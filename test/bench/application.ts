/** The application that logs people in by OpenID, at the server and at the reference alike. */
export const application = {
  id: 'bench',
  redirectUri: 'https://app.test/callback',
  scope: 'openid profile',
} as const

/** What a browser is sent to the provider with. */
export function authorizePath(more: Record<string, string> = {}): string {
  const { id, redirectUri, scope } = application
  const query = { client_id: id, redirect_uri: redirectUri, response_type: 'code', scope, ...more }
  return `/oidc/auth?${new URLSearchParams(query)}`
}

/** How the application says who it is. */
export function authorizationOf(secret: string): string {
  return `Basic ${Buffer.from(`${application.id}:${secret}`).toString('base64')}`
}
