import { createHmac } from 'node:crypto'

/** The provider's cookies, as browsers know them. */
export interface CookieNames {
  session: string
  interaction: string
  resume: string
}

/** With the prefixes that https allows: those of a request under way belong to one path alone. */
export function cookieNames(secure: boolean): CookieNames {
  const [host, own] = secure ? ['__Host-', '__Secure-'] : ['', '']
  return { session: `${host}oidc.session`, interaction: `${own}oidc.interaction`, resume: `${own}oidc.resume` }
}

/** Keys of their own: a signature made for one kind of cookie is worth nothing for another. */
export function cookieSecrets(secrets: readonly string[]): string[] {
  return secrets.map((secret) => createHmac('sha256', secret).update('openid request').digest('base64'))
}
