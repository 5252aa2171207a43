import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Express, Request, RequestHandler, Response } from 'express'
import { bareApp, createApp } from '../app.js'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { errorHandler } from '../middleware/error-handler.js'
import { requestContext } from '../middleware/request-context.js'
import { securityHeaders } from '../middleware/security-headers.js'
import { ownLocals } from './own-locals.js'
import { isOwnPath, pathsOfHost } from './own-paths.js'
import type { Running } from './running.js'
import { takeBackBody } from './taken-back-body.js'
import type { DingtalkLoginHandler } from './types.js'

/** What an application has set before us stays only where it is about the connection or the whole host. */
const KEPT: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'set-cookie', 'strict-transport-security'])

const MOUNTED_BELOW =
  'login.routes belongs at the root, app.use(login.routes): the addresses of the login are PUBLIC_URL + /callback and so on'

/** All of our addresses, as they are on a server of our own; every other request goes on untouched. */
export class OwnRoutes {
  readonly handler: DingtalkLoginHandler
  readonly #closed: Express
  #app: Express

  constructor(ctx: Context, running: Running) {
    this.#app = createApp(ctx, { without: pathsOfHost, takeBack: takeBackBody })
    this.#closed = closedApp(ctx)
    this.handler = (req, res, next) => {
      if (!isOwnPath(req.url ?? '')) return next()
      if ('baseUrl' in req && req.baseUrl) return next(new Error(MOUNTED_BELOW))
      running.add(once(res, 'close'))
      forgetApplication(res)
      this.#serve(req, res, next)
    }
  }

  /** From now on every answer is 503. */
  close(): void {
    this.#app = this.#closed
  }

  #serve(req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void): void {
    const app: RequestHandler = this.#app
    // It makes them its own, and answers: they never come back to the application.
    void app(req as Request, res as Response, next)
  }
}

/** Makes the response as new, but for what is about more than this answer. */
function forgetApplication(res: ServerResponse): void {
  for (const name of res.getHeaderNames()) if (!KEPT.has(name)) res.removeHeader(name)
  res.statusCode = 200
  ownLocals(res)
}

/** Answers where the login has been closed and the application goes on. */
function closedApp({ config, logger, crossOrigin }: Context): Express {
  const app = bareApp(config)
  app.use(requestContext(logger))
  app.use(securityHeaders(config))
  app.use(crossOrigin.headers)
  app.use(() => {
    throw closedError()
  })
  app.use(errorHandler(config))
  return app
}

/** What is answered after the end. */
export function closedError(): AppError {
  return new AppError('service_unavailable', { detail: 'login.close() was called', headers: { 'Retry-After': '5' } })
}
