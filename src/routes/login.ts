import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { errorFields } from '../log.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { asAppError } from '../middleware/error-handler.js'
import { toPublicHost } from '../middleware/public-host.js'
import { isDingTalk } from '../pages/device.js'
import { redirect } from '../redirect.js'
import { callbackParams, redirectParam } from './params.js'

/** `/ding_url` sends the browser to DingTalk, `/callback` receives it back. */
export function loginRoutes({ config, login, attempts, browserSessions, crossOrigin, limitLogins }: Context): Router {
  const router = Router({ caseSensitive: true })

  async function beginLogin(req: Request, res: Response): Promise<void> {
    const attempt = login.start(redirectParam(req))
    attempts.begin(req, res, attempt)
    req.audit('login_begun')
    const inClientUrl = isDingTalk(req.get('user-agent') ?? '') ? login.inClientUrl(attempt) : undefined
    redirect(res, inClientUrl ?? login.authorizeUrl(attempt))
  }

  async function finishLogin(req: Request, res: Response): Promise<void> {
    const params = callbackParams(req)
    const attempt = attempts.read(req, params.state)
    if (!attempt) throw new AppError('attempt_missing')
    res.locals.attempt = attempt

    if (login.hasSucceeded(attempt)) {
      const again = await browserSessions.signedIn(req)
      if (!again) throw new AppError('attempt_missing')
      return redirect(res, login.landing(attempt, again.user))
    }

    const confirmed = await login.finish(attempt, params)
    await browserSessions.signIn(req, confirmed)
    attempts.markSucceeded(res, attempt)
    req.audit('login_succeeded', { userId: confirmed.user.id })
    redirect(res, login.landing(attempt, confirmed.user))
  }

  /** A login that failed has spent its attempt: the code may have been used even when the answer never came. */
  const refuseLogin: ErrorRequestHandler = async (thrown: unknown, req, res, next) => {
    const { attempt } = res.locals
    if (attempt) attempts.drop(res, attempt)
    const error = asAppError(thrown)
    req.audit('login_refused', errorFields(error))
    if (error.code === 'not_a_member' && error.userId) await browserSessions.endAllOfLeaver(req, error.userId)
    next(thrown)
  }

  addEndpoint(router, crossOrigin, {
    path: '/ding_url',
    before: [limitLogins, toPublicHost(config.publicUrl), attempts.middleware],
    methods: { GET: beginLogin },
    head: false,
  })
  addEndpoint(router, crossOrigin, {
    path: '/callback',
    before: [limitLogins, attempts.middleware, browserSessions.middleware],
    methods: { GET: finishLogin },
    head: false,
  })
  router.use(['/ding_url', '/callback'], refuseLogin)
  return router
}
