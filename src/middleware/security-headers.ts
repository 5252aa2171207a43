import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { contentSecurityPolicy } from '../pages/content-security-policy.js'

/**
 * The headers of every response; a page puts its own Content-Security-Policy in the place of this one, which allows
 * nothing.
 */
export function securityHeaders({ secure }: { secure: boolean }): RequestHandler[] {
  const policy = contentSecurityPolicy()
  const ours: RequestHandler = (_req, res, next) => {
    res.setHeader('Content-Security-Policy', policy)
    res.setHeader('Cache-Control', 'no-store')
    next()
  }
  const usual = helmet({
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: secure && { maxAge: 31_536_000, includeSubDomains: false },
    xFrameOptions: { action: 'deny' },
  })
  return [usual, ours]
}
