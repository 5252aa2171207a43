import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import { callbackQuery, redirectQuery } from '../api/queries.js'
import { readQuery } from '../api/read-query.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { asAppError } from '../middleware/error-handler.js'
import { toPublicHost } from '../middleware/public-host.js'
import { isDingTalk } from '../pages/device.js'

/** `/ding_url` sends the browser to DingTalk, `/callback` receives it back. */
export function loginRoutes({
  config,
  login,
  attempts,
  browserSessions,
  crossOrigin,
  limitLogins,
  audit,
}: Context): Router {
  const router = Router({ caseSensitive: true })

  async function beginLogin(req: Request, res: Response): Promise<void> {
    const attempt = login.start(readQuery(req, redirectQuery).redirect)
    attempts.begin(req, res, attempt)
    audit.loginBegun(req.client)
    const inClientUrl = isDingTalk(req.get('user-agent') ?? '') ? login.inClientUrl(attempt) : undefined
    redirect(res, inClientUrl ?? login.authorizeUrl(attempt))
  }

  async function finishLogin(req: Request, res: Response): Promise<void> {
    const params = readQuery(req, callbackQuery)
    const attempt = attempts.read(req, params.state)
    if (!attempt) throw new AppError('attempt_missing')
    res.locals.attempt = attempt

    if (login.hasSucceeded(attempt)) {
      const again = await browserSessions.signedIn(req)
      if (!again) throw new AppError('attempt_missing')
      return redirect(res, login.landing(attempt, again.user))
    }

    res.once('finish', () => login.answered(attempt))
    const confirmed = await login.finish(attempt, params)
    await browserSessions.signIn(req, confirmed)
    attempts.markSucceeded(res, attempt)
    audit.loginSucceeded(req.client, confirmed.user.id)
    redirect(res, login.landing(attempt, confirmed.user))
  }

  /** A login that failed has spent its attempt: the code may have been used even when the answer never came. */
  const dropAttempt: ErrorRequestHandler = (thrown: unknown, _req, res, next) => {
    const { attempt } = res.locals
    if (attempt && !login.hasSucceeded(attempt)) attempts.drop(res, attempt)
    next(thrown)
  }

  const auditRefusal: ErrorRequestHandler = (thrown: unknown, req, _res, next) => {
    const error = asAppError(thrown)
    if (error.code !== 'method_not_allowed') audit.loginRefused(req.client, error)
    next(thrown)
  }

  /** The directory has just said that they left: no other browser of theirs waits for its next check. */
  const endSessionsOfLeaver: ErrorRequestHandler = async (thrown: unknown, req, _res, next) => {
    const { code, userId } = asAppError(thrown)
    if (code === 'not_a_member' && userId) await browserSessions.endAllOfLeaver(req, userId)
    next(thrown)
  }

  addEndpoint(router, crossOrigin, {
    path: '/ding_url',
    before: [limitLogins, toPublicHost(config.publicUrl), attempts.middleware],
    methods: { GET: beginLogin },
  })
  addEndpoint(router, crossOrigin, {
    path: '/callback',
    before: [limitLogins, attempts.middleware, browserSessions.middleware],
    methods: { GET: finishLogin },
  })
  router.use(['/ding_url', '/callback'], dropAttempt, auditRefusal, endSessionsOfLeaver)
  return router
}
