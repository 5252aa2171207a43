import express, { type Express, type RequestHandler } from 'express'
import type { Path } from './api/operations.js'
import type { Config } from './config/config.js'
import type { Context } from './context.js'
import { byAddress } from './middleware/by-address.js'
import { readableForwardedFor } from './middleware/client-address.js'
import { errorHandler, notFound } from './middleware/error-handler.js'
import { requestContext } from './middleware/request-context.js'
import { requestLimits } from './middleware/request-limits.js'
import { securityHeaders } from './middleware/security-headers.js'
import { accountRoutes } from './routes/account.js'
import { appsRoutes } from './routes/apps.js'
import { clientScriptRoutes } from './routes/client-script.js'
import { consoleRoutes } from './routes/console.js'
import { healthRoutes } from './routes/health.js'
import { loginRoutes } from './routes/login.js'
import { openApiRoutes } from './routes/openapi.js'
import { openidRoutes } from './routes/openid.js'
import { pageRoutes } from './routes/pages.js'
import { verifyRoutes } from './routes/verify.js'

interface Options {
  /** Addresses that are not served here, and so not described. */
  without?: readonly Path[]
  /** Takes back what the application that we are part of has done to a request. */
  takeBack?: RequestHandler | undefined
}

/** An application with the settings that ours have, and no route. */
export function bareApp({ edge }: Pick<Config, 'edge'>): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.set('query parser', false)
  app.set('trust proxy', edge.trustProxy)
  return app
}

/** The application, which does not listen yet. From top to bottom, this is the way of a request. */
export function createApp(ctx: Context, { without = [], takeBack }: Options = {}): Express {
  const app = bareApp(ctx.config)
  app.use(readableForwardedFor)
  app.use(requestContext(ctx.logger))
  app.use(securityHeaders(ctx.config))
  if (takeBack) app.use(takeBack)
  // Before our front ends' headers: an application's origins are judged by the provider; no front end's script reads the
  // console or who may open what; every origin may load the client's script, and be told that it is not allowed more.
  app.use(byAddress(openidRoutes(ctx), consoleRoutes(ctx), appsRoutes(ctx), clientScriptRoutes()))
  app.use(ctx.crossOrigin.headers)
  // Before the limits: proxies add the address of what they protect, however long it is.
  app.use(byAddress(verifyRoutes(ctx)))
  app.use(requestLimits)
  app.use(
    byAddress(healthRoutes(ctx), loginRoutes(ctx), accountRoutes(ctx), pageRoutes(ctx), openApiRoutes(ctx, without)),
  )

  app.use(notFound)
  app.use(errorHandler(ctx.config))
  return app
}
