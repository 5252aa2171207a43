import type { ServerResponse } from 'node:http'
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
  const options = {
    contentSecurityPolicy: false,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  } as const
  const usual = helmet({
    ...options,
    strictTransportSecurity: secure && { maxAge: 31_536_000, includeSubDomains: false },
  })
  // That of an application that we are part of is for the whole host, and may be stricter.
  const besideHost = helmet({ ...options, strictTransportSecurity: false })
  const helmetOf = (res: ServerResponse) => (res.hasHeader('Strict-Transport-Security') ? besideHost : usual)
  return [(req, res, next) => helmetOf(res)(req, res, next), ours]
}
