import type { RequestHandler } from 'express'
import { ipKeyGenerator, MemoryStore, type RateLimitInfo, rateLimit } from 'express-rate-limit'
import { AppError } from '../errors.js'
import { MINUTE } from '../time.js'

declare global {
  namespace Express {
    interface Request {
      rateLimit?: RateLimitInfo
    }
  }
}

/** What a provider commonly gives one customer. */
const IPV6_SUBNET = 56

/**
 * Requests per minute and client address; the address is the one that TRUST_PROXY lets us believe. `close` forgets what
 * was counted, and ends the timer.
 */
export function limitRate(perMinute: number): RequestHandler & { close(): void } {
  const store = new MemoryStore()
  const limit = rateLimit({
    store,
    windowMs: MINUTE,
    limit: perMinute,
    keyGenerator: (req) => ipKeyGenerator(req.client.ip, IPV6_SUBNET),
    standardHeaders: false,
    legacyHeaders: false,
    // Its checks guess at proxies from headers; TRUST_PROXY says what is so.
    validate: false,
    handler: (req, _res, next) => {
      const resetTime = req.rateLimit?.resetTime?.getTime() ?? Date.now() + MINUTE
      const seconds = Math.max(1, Math.ceil((resetTime - Date.now()) / 1000))
      next(new AppError('rate_limited', { headers: { 'Retry-After': String(seconds) } }))
    },
  })
  return Object.assign(limit, { close: () => store.shutdown() })
}
