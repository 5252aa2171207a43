import type { RequestHandler } from 'express'
import { AppError } from '../errors.js'

const MAX_URL_LENGTH = 8192
const MAX_BODY_BYTES = 16 * 1024

/** Refuses what no route has a use for: no form of ours is that long, and no address. */
export const requestLimits: RequestHandler = (req, _res, next) => {
  if (req.originalUrl.length > MAX_URL_LENGTH) throw new AppError('bad_request', { detail: 'the address is too long' })
  const tooMuch = Number(req.get('content-length') ?? 0) > MAX_BODY_BYTES || req.get('transfer-encoding') !== undefined
  if (tooMuch) throw new AppError('bad_request', { detail: 'the body is too long', headers: { Connection: 'close' } })
  next()
}
