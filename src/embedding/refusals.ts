import type { IncomingMessage, ServerResponse } from 'node:http'
import { bareApp } from '../app.js'
import type { Context } from '../context.js'
import { errorHandler } from '../middleware/error-handler.js'
import { describeRequest } from '../middleware/request-context.js'
import type { Client } from '../services/audit.js'
import { ownLocals } from './own-locals.js'

/** What is answered, and to whom. */
export interface Refusal {
  error: unknown
  client: Client
  /** Where somebody who logs in goes on. */
  wanted: string | undefined
}

export type Refuse = (req: IncomingMessage, res: ServerResponse, refusal: Refusal) => void

/**
 * Answers at an address of the application as our own would. The headers that the application has set stay, such as
 * its CORS: the address is its own. A page of ours brings its own Content-Security-Policy.
 */
export function createRefusals({ config, logger }: Pick<Context, 'config' | 'logger'>): Refuse {
  const pending = new WeakMap<IncomingMessage, Refusal>()
  const app = bareApp(config)
  app.use((req, res, next) => {
    const refusal = pending.get(req)
    if (!refusal) throw new Error('nothing was refused')
    describeRequest(req, res, { logger, client: refusal.client })
    res.set('Cache-Control', 'no-store')
    if (refusal.wanted !== undefined) res.locals.wanted = refusal.wanted
    next(refusal.error)
  })
  app.use(errorHandler(config))
  return (req, res, refusal) => {
    pending.set(req, refusal)
    ownLocals(res)
    app(req, res)
  }
}
