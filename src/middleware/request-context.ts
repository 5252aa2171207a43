import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request, RequestHandler, Response } from 'express'
import type { LogFields, Logger } from '../log.js'
import type { Client } from '../services/audit.js'
import { addressOf, hasReadableAddress } from './client-address.js'
import { WarnOnce } from './warn-once.js'

declare global {
  namespace Express {
    interface Request {
      /** Names this request in responses and in the log. */
      id: string
      /** Who asks. */
      client: Client
      /** Writes a line about this request that is not of the audit trail. */
      report(level: 'warn' | 'error', message: string, fields: LogFields): void
    }
  }
}

const REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{7,127}$/
const MAX_USER_AGENT = 256
const NO_ADDRESS = "X-Forwarded-For holds no address: the proxy's own is taken for its clients'"

/** Gives each request an id, kept from `X-Request-Id` only if it looks like one, and its lines in the log. */
export function requestContext(logger: Logger): RequestHandler {
  const warnOnce = new WarnOnce()
  return function requestContext(req, res, next) {
    describeRequest(req, res, { logger, client: new RequestClient(req, requestIdOf(req)) })
    if (req.headers['x-forwarded-for'] !== undefined && !hasReadableAddress(req)) warnOnce.report(req, NO_ADDRESS)
    next()
  }
}

/** Says of the request who asks, and lets lines be written about it. */
export function describeRequest(
  req: Request,
  res: Response,
  { logger, client }: { logger: Logger; client: Client },
): void {
  req.id = client.requestId
  req.client = client
  res.set('X-Request-Id', req.id)
  req.report = (level, message, fields) => {
    const { requestId, ip, userAgent } = client
    logger[level]({ requestId, ip, userAgent, ...fields }, message)
  }
}

/** The one that a proxy has given, if it looks like one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

/** Cut to a length that can be kept. */
export function userAgentOf({ headers }: IncomingMessage): string {
  return (headers['user-agent'] ?? '').replace(/\p{Cc}/gu, '').slice(0, MAX_USER_AGENT)
}

/** Worked out when it is first asked for: most requests are of no interest to anybody. */
class RequestClient implements Client {
  readonly requestId: string
  readonly #req: Request
  #ip: string | undefined
  #userAgent: string | undefined

  constructor(req: Request, requestId: string) {
    this.#req = req
    this.requestId = requestId
  }

  get ip(): string {
    this.#ip ??= addressOf(this.#req)
    return this.#ip
  }

  get userAgent(): string {
    this.#userAgent ??= userAgentOf(this.#req)
    return this.#userAgent
  }
}
