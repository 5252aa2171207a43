import { type Request, type Response, Router } from 'express'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'

/**
 * Tells a reverse proxy whether the browser is signed in, and as whom: nginx `auth_request`, Caddy `forward_auth`,
 * Traefik `forwardAuth`. Every method is alike, OPTIONS too: answering a preflight with 204 here would let it through.
 */
export function verifyRoutes({
  browserSessions,
  crossOrigin,
}: Pick<Context, 'browserSessions' | 'crossOrigin'>): Router {
  const router = Router({ caseSensitive: true })

  async function verify(req: Request, res: Response): Promise<void> {
    const live = await browserSessions.signedIn(req)
    if (!live) {
      res.status(401).end()
      return
    }
    res.set('X-Auth-Request-User', live.user.id)
    // Headers carry ASCII alone.
    res.set('X-Auth-Request-Preferred-Username', encodeURIComponent(live.user.username))
    res.status(204).end()
  }

  addEndpoint(router, crossOrigin, { path: '/verify', methods: { ANY: verify } })
  return router
}
