import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import type { Context } from '../context.js'
import { AppError } from '../errors.js'
import { errorFields } from '../log.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { asAppError } from '../middleware/error-handler.js'
import { limitRate } from '../middleware/rate-limit.js'
import { rawQueryOf } from '../query.js'
import { callbackParams, redirectParam } from './params.js'

/** `/ding_url` sends the browser to DingTalk, `/callback` receives it back. */
export function loginRoutes({ config, login, attempts, browserSessions, crossOrigin }: Context): Router {
  const router = Router({ caseSensitive: true })
  const rateLimit = limitRate(config.edge.rateLimitPerMinute)
  const publicHost = new URL(config.publicUrl).host

  async function beginLogin(req: Request, res: Response): Promise<void> {
    // The attempt's cookie must be set where the callback will look for it: localhost is not 127.0.0.1.
    if (req.host !== publicHost) return redirect(res, `${config.publicUrl}/ding_url${queryPart(req)}`)
    const { attempt, authorizeUrl } = login.start(redirectParam(req))
    attempts.begin(req, res, attempt)
    req.audit('login_begun')
    redirect(res, authorizeUrl)
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
    before: [rateLimit, attempts.middleware],
    methods: { GET: beginLogin },
    head: false,
  })
  addEndpoint(router, crossOrigin, {
    path: '/callback',
    before: [rateLimit, attempts.middleware, browserSessions.middleware],
    methods: { GET: finishLogin },
    head: false,
  })
  router.use(['/ding_url', '/callback'], refuseLogin)
  return router
}

function queryPart(req: Request): string {
  const query = rawQueryOf(req)
  return query && `?${query}`
}

/** @NOTE not `res.redirect`, which encodes the address anew: a target is kept byte for byte. */
function redirect(res: Response, url: string): void {
  res.status(302).set('Location', url).end()
}
