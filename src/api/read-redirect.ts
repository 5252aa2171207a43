import type { Request } from 'express'
import { AppError } from '../errors.js'
import { redirectQuery } from './queries.js'
import { rawQueryOf, readQuery } from './read-query.js'

/** Marks an address to which a browser was sent because it had come by another host than PUBLIC_URL's. */
export const HOP = 'hop'

/** An unencoded address with a query of its own, and what stands behind it. */
const UNENCODED = /(?:^|&)redirect=[^&?]*\?[^&]*((?:&[^&]*)+)$/

/**
 * The `redirect` parameter.
 * @throws {AppError} `bad_request` where it does not fit, or where a part of it may have become parameters of ours:
 * a proxy that writes the address without encoding it would lose all that is behind its first `&`
 */
export function readRedirect(req: Request): string | undefined {
  const [, behind = ''] = UNENCODED.exec(rawQueryOf(req)) ?? []
  if (behind.replace(`&${HOP}=1`, '') !== '') {
    const text =
      'The address in redirect is not percent-encoded: what is behind its first & would be lost. Encode all of it, or let /verify name the address (X-Auth-Request-Redirect).'
    throw new AppError('bad_request', { hint: { text, shown: 'always' } })
  }
  return readQuery(req, redirectQuery).redirect
}
