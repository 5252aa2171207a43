import type { IncomingMessage } from 'node:http'
import type { Request, Response } from 'express'
import { Provider } from 'oidc-provider'
import type { OpenidRecord } from '../services/openid-records.js'
import type { LiveSession } from '../services/ports.js'

/** What the provider's hooks and adapters need to know of the request that they work for. */
export interface OpenidRequest {
  req: Request
  res: Response
  /** Who is signed in in this browser. Undefined for the calls of applications, which no browser sends. */
  live: LiveSession | undefined
  /** The session that the code or token of an application's call lives of, once it has proved to be alive. */
  source?: LiveSession
  /** The grant that this login has made, and that is yet to be written. */
  newGrant?: OpenidRecord
  /** The grant of the code or token that was found last, as it was in that very moment: the provider asks for it next. */
  grant?: { id: string; payload: Record<string, unknown> } | undefined
  /** The provider has ended its session: ours ends before the response is sent. */
  isLogout?: true
  /** What the provider could not do, for the one place that answers errors. */
  failure?: unknown
}

declare global {
  namespace Express {
    interface Request {
      /** What the provider's hooks need to know of it, where the provider answers it. */
      openid?: OpenidRequest
    }
  }
}

/** The request behind the provider's context. */
export function requestOf({ req }: { req: IncomingMessage }): OpenidRequest {
  const { openid } = req as Request
  if (!openid) throw new Error('no OpenID request is under way')
  return openid
}

/**
 * The request that the provider works for, by the context that the provider keeps: to keep one more beside it would
 * make each promise of the process slower.
 */
export function currentRequest(): OpenidRequest {
  const { ctx } = Provider
  if (!ctx) throw new Error('no OpenID request is under way')
  return requestOf(ctx)
}
