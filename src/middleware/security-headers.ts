import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** The headers of every answer. `styleHash` admits the pages' one stylesheet; no script, no frame, no other host. */
export function securityHeaders({ publicUrl, styleHash }: { publicUrl: string; styleHash: string }): RequestHandler[] {
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'style-src': [`'${styleHash}'`],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
        },
      },
      referrerPolicy: { policy: 'same-origin' },
      strictTransportSecurity: publicUrl.startsWith('https:') && { maxAge: 31_536_000, includeSubDomains: false },
      xFrameOptions: { action: 'deny' },
    }),
    function noStore(_req, res, next) {
      res.set('Cache-Control', 'no-store')
      next()
    },
  ]
}
