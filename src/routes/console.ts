import { type RequestHandler, Router } from 'express'
import type { Context } from '../context.js'
import { toPublicHost } from '../middleware/public-host.js'
import { requestLimits } from '../middleware/request-limits.js'

/** The operator's console, loaded when it is first asked for: a server whose operator uses commands does without. */
export function consoleRoutes(ctx: Context): Router {
  const router = Router({ caseSensitive: true })
  let loading: Promise<RequestHandler> | undefined
  const load = async () => (await import('../console/console.js')).createConsole(ctx)
  const serve: RequestHandler = async (req, res, next) => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    const console = await loading
    console(req, res, next)
  }
  const before = [requestLimits, ctx.limitLogins, toPublicHost(ctx.config.publicUrl)]
  for (const path of ['/admin', '/admin/*path']) router.all(path, ...before, serve)
  return router
}
