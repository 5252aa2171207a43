import type { Response } from 'express'

/**
 * Sends the browser there.
 * @NOTE not `res.redirect`, which encodes the address anew: a target is kept byte for byte.
 */
export function redirect(res: Response, url: string): void {
  res.status(302).set('Location', url).end()
}
