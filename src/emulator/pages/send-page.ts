import type { RequestHandler, Response } from 'express'
import type { Html } from '../../pages/html.js'

/** The headers of a page: nothing inline, nothing from elsewhere, and framed by nobody or by any page. */
export function pageHeaders(framedBy: "'none'" | '*'): RequestHandler {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${framedBy}`,
  ].join('; ')
  return (_req, res, next) => {
    res.set({
      'Content-Security-Policy': policy,
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'no-store',
      Vary: 'Accept-Language',
    })
    next()
  }
}

/** Responds with a page. */
export function sendPage(res: Response, page: Html, status = 200): void {
  res.status(status).type('html').send(page.toString())
}
