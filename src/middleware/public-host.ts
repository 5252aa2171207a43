import type { RequestHandler } from 'express'
import { rawQueryOf } from '../query.js'
import { redirect } from '../redirect.js'

/**
 * Sends a browser that came by another host to the same address on PUBLIC_URL.
 * A cookie must be set where the callback will look for it: localhost is not 127.0.0.1.
 */
export function toPublicHost(publicUrl: string): RequestHandler {
  const { host } = new URL(publicUrl)
  return function toPublicHost(req, res, next) {
    if (req.host === host) return next()
    const query = rawQueryOf(req)
    redirect(res, `${publicUrl}${req.path}${query && `?${query}`}`)
  }
}
