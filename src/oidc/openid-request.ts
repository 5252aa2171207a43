import { AsyncLocalStorage } from 'node:async_hooks'
import type { Request, Response } from 'express'
import type { LiveSession } from '../services/ports.js'

/** What the provider's hooks and adapters need to know of the request that they work for. */
export interface OpenidRequest {
  req: Request
  res: Response
  /** Who is signed in in this browser. Undefined for the calls of applications, which no browser sends. */
  live: LiveSession | undefined
  /** The session that the code or token of an application's call lives of, once it has proved to be alive. */
  source?: LiveSession
  /** The grant of the code or token that was found last, as it was in that very moment: the provider asks for it next. */
  grant?: { id: string; payload: Record<string, unknown> } | undefined
  /** The provider has ended its session: ours ends before the response is sent. */
  isLogout?: true
  /** What the provider could not do, for the one place that answers errors. */
  failure?: unknown
}

const requests = new AsyncLocalStorage<OpenidRequest>()

/** Runs the provider for this request. */
export function runFor<T>(request: OpenidRequest, work: () => T): T {
  return requests.run(request, work)
}

/** The request that the provider works for. */
export function currentRequest(): OpenidRequest {
  const request = requests.getStore()
  if (!request) throw new Error('no OpenID request is under way')
  return request
}
