import { type Request, type Response, Router } from 'express'
import { originalAddressOf, originalMethodOf } from '../api/original-address.js'
import { queryOf } from '../api/read-query.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { isFromTrustedPeer } from '../middleware/client-address.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { WarnOnce } from '../middleware/warn-once.js'

type Dependencies = Pick<Context, 'login' | 'browserSessions' | 'crossOrigin'>

/**
 * Tells a reverse proxy whether the browser is signed in, and as whom: nginx `auth_request`, Caddy `forward_auth`,
 * Traefik `forwardAuth`. Every method is alike, OPTIONS too: answering a preflight with 204 here would let it through.
 */
export function verifyRoutes({ login, browserSessions, crossOrigin }: Dependencies): Router {
  const router = Router({ caseSensitive: true })
  const warnOnce = new WarnOnce()

  async function verify(req: Request, res: Response): Promise<void> {
    const live = await browserSessions.signedIn(req)
    if (!live) return sendToLogin(req, res)
    res.set('X-Auth-Request-User', live.user.id)
    // Headers carry ASCII alone.
    res.set('X-Auth-Request-Preferred-Username', encodeURIComponent(live.user.username))
    res.status(204).end()
  }

  /** The login's address, which leads back to where the browser wanted to go. */
  function sendToLogin(req: Request, res: Response): void {
    const isTrusted = isFromTrustedPeer(req)
    const { url, refusal } = login.beginUrl(isTrusted ? originalAddressOf(req) : undefined)
    if (refusal) warnOnce.report(req, refusal)
    if (isNavigation(req, isTrusted) && queryOf(req).get('login') === 'redirect') redirect(res, url)
    else res.set('X-Auth-Request-Redirect', url).status(401).end()
  }

  addEndpoint(router, crossOrigin, { path: '/verify', methods: { ANY: verify } })
  return router
}

/**
 * Whether a person goes to an address, rather than a script, a form or a WebSocket: only they can log in and come back.
 */
function isNavigation(req: Request, isTrusted: boolean): boolean {
  const method = isTrusted ? originalMethodOf(req) : req.method
  const mode = req.get('sec-fetch-mode') ?? 'navigate'
  return method === 'GET' && mode === 'navigate' && (req.get('accept') ?? '').includes('text/html')
}
