import type { RequestHandler } from 'express'
import { rawQueryOf } from '../api/read-query.js'
import { HOP } from '../api/read-redirect.js'
import { redirect } from '../api/redirect.js'
import { AppError } from '../errors.js'
import { WarnOnce } from './warn-once.js'

/**
 * Sends a browser that came by another host to the same address on PUBLIC_URL.
 * A cookie must be set where the callback will look for it: localhost is not 127.0.0.1.
 * Once: a proxy that hides the host would have it go round for ever.
 * @throws {AppError} `bad_request` where the host is still another one
 */
export function toPublicHost(publicUrl: string): RequestHandler {
  const { protocol, host } = new URL(publicUrl)
  const warnOnce = new WarnOnce()
  return function toPublicHost(req, res, next) {
    if (req.host === host) return next()
    // As a URL would have it: without the scheme's own port, in lower case.
    const address = `${protocol}//${req.host}`
    if (URL.canParse(address) && new URL(address).host === host) return next()
    const query = rawQueryOf(req)
    if (query.split('&').includes(`${HOP}=1`)) throw hiddenHost(req.host, host)
    warnOnce.report(req, 'came by another host: sent to PUBLIC_URL (a proxy in front must pass the Host on)')
    redirect(res, `${publicUrl}${req.path}?${query && `${query}&`}${HOP}=1`)
  }
}

function hiddenHost(came: string, expected: string): AppError {
  const text = `This request came with the host ${came.slice(0, 100)}, and PUBLIC_URL's is ${expected}. A proxy in front must pass on the Host that browsers send, port included (nginx: proxy_set_header Host $http_host).`
  return new AppError('bad_request', { hint: { text, shown: 'always' } })
}
