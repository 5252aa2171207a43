import { type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express'
import type { Context } from '../context.js'
import { anyOrigin, anyPage } from '../middleware/cross-origin.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { toPublicHost } from '../middleware/public-host.js'
import { requestLimits } from '../middleware/request-limits.js'
import { openidPaths } from '../services/openid-paths.js'

type Dependencies = Pick<Context, 'config' | 'openid' | 'limitLogins'>

/** The OpenID provider's addresses. Its errors are OAuth's, and so is what other origins may read: not our front ends'. */
export function openidRoutes({ config, openid, limitLogins }: Dependencies): Router {
  const router = Router({ caseSensitive: true })
  const inBrowser: RequestHandler[] = [requestLimits, limitLogins, toPublicHost(config.publicUrl)]
  const asBrowser = async (req: Request, res: Response, next: NextFunction) =>
    (await openid.get()).serveBrowser(req, res, next)
  const asApplication = async (req: Request, res: Response, next: NextFunction) =>
    (await openid.get()).serveApplication(req, res, next)

  addEndpoint(router, anyPage, { path: openidPaths.authorization, before: inBrowser, methods: { GET: asBrowser } })
  addEndpoint(router, anyPage, {
    path: `${openidPaths.authorization}/:uid` as const,
    before: inBrowser,
    methods: { GET: asBrowser },
  })
  addEndpoint(router, anyPage, {
    path: `${openidPaths.interaction}/:uid` as const,
    before: inBrowser,
    methods: { GET: async (req, res) => (await openid.get()).interact(req, res) },
  })
  addEndpoint(router, anyPage, { path: openidPaths.endSession, before: inBrowser, methods: { GET: asBrowser } })
  addEndpoint(router, anyPage, { path: openidPaths.loggedOut, before: inBrowser, methods: { GET: asBrowser } })
  addEndpoint(router, anyPage, { path: openidPaths.confirmLogout, before: inBrowser, methods: { POST: asBrowser } })

  addEndpoint(router, anyOrigin, {
    path: '/.well-known/openid-configuration',
    before: [requestLimits],
    methods: { GET: asApplication },
  })
  addEndpoint(router, anyOrigin, {
    path: openidPaths.jwks,
    before: [requestLimits],
    methods: {
      GET: async (_req, res) => {
        res.set('Access-Control-Allow-Origin', '*').json(await (await openid.get()).publicKeys())
      },
    },
  })
  for (const path of [openidPaths.token, openidPaths.introspection, openidPaths.revocation] as const)
    addEndpoint(router, anyOrigin, { path, before: [requestLimits], methods: { POST: asApplication } })
  addEndpoint(router, anyOrigin, {
    path: openidPaths.userinfo,
    before: [requestLimits],
    methods: { GET: asApplication, POST: asApplication },
  })
  return router
}
