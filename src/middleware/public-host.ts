import type { RequestHandler } from 'express'
import { rawQueryOf } from '../api/read-query.js'
import { redirect } from '../api/redirect.js'

/**
 * Sends a browser that came by another host to the same address on PUBLIC_URL.
 * A cookie must be set where the callback will look for it: localhost is not 127.0.0.1.
 */
export function toPublicHost(publicUrl: string): RequestHandler {
  const { protocol, host } = new URL(publicUrl)
  return function toPublicHost(req, res, next) {
    if (req.host === host) return next()
    // As a URL would have it: without the scheme's own port, in lower case.
    const address = `${protocol}//${req.host}`
    if (URL.canParse(address) && new URL(address).host === host) return next()
    req.report('warn', 'came by another host: sent to PUBLIC_URL (a proxy in front must pass the Host on)', {})
    const query = rawQueryOf(req)
    redirect(res, `${publicUrl}${req.path}${query && `?${query}`}`)
  }
}
