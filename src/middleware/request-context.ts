import { randomUUID } from 'node:crypto'
import { isIP } from 'node:net'
import type { Request, RequestHandler } from 'express'
import type { ErrorCode } from '../errors.js'
import type { AuditEvent, LogFields, Logger } from '../log.js'
import type { Metrics } from '../metrics.js'

declare global {
  namespace Express {
    interface Request {
      /** Names this request in answers and in the log. */
      id: string
      /** Writes a line of the audit trail about this request. */
      audit(event: AuditEvent, fields?: LogFields & { code?: ErrorCode }): void
      /** Writes a line about this request that is not of the audit trail. */
      report(level: 'warn' | 'error', message: string, fields: LogFields): void
    }
  }
}

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/
const MAX_USER_AGENT = 256

/** Gives each request an id, kept from `X-Request-Id` only if it looks like one, and its lines in the log. The audit trail's logins are counted too. */
export function requestContext(logger: Logger, metrics?: Metrics): RequestHandler {
  return function requestContext(req, res, next) {
    const given = req.get('x-request-id')
    req.id = given && REQUEST_ID.test(given) ? given : randomUUID()
    res.set('X-Request-Id', req.id)
    req.audit = (event, fields = {}) => {
      logger.info({ event, requestId: req.id, ...clientOf(req), ...fields })
      if (metrics) countLogin(metrics, event, fields.code)
    }
    req.report = (level, message, fields) => logger[level]({ requestId: req.id, ...clientOf(req), ...fields }, message)
    next()
  }
}

function countLogin(metrics: Metrics, event: AuditEvent, code: ErrorCode | undefined): void {
  if (event === 'login_begun') metrics.loginBegun()
  else if (event === 'login_succeeded') metrics.login('succeeded')
  else if (event === 'login_refused' && code) metrics.login(code)
}

/** Who asks: the address that TRUST_PROXY lets us believe, and the browser's word for itself, cut to a length that can be kept. */
export function clientOf(req: Request): { ip: string; userAgent: string } {
  const userAgent = (req.get('user-agent') ?? '').replace(/\p{Cc}/gu, '').slice(0, MAX_USER_AGENT)
  return { ip: addressOf(req), userAgent }
}

/** The client's address; the nearest proxy's where that proxy passed something on that is none. IPv4 as such, not mapped into IPv6. */
export function addressOf(req: Request): string {
  const address = (isIP(req.ip ?? '') ? req.ip : req.socket.remoteAddress) ?? ''
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}
