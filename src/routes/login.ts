import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import { callbackQuery, clientCallbackForm, wayParam } from '../api/queries.js'
import { readForm } from '../api/read-form.js'
import { queryOf, readQuery } from '../api/read-query.js'
import { readRedirect } from '../api/read-redirect.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { asAppError } from '../middleware/error-handler.js'
import { toPublicHost } from '../middleware/public-host.js'
import type { CallbackParams, LoginOutcome } from '../services/login.js'
import { isOfConsole } from '../services/redirect-target.js'
import { InClientLogin, isInDingTalk } from './in-client.js'

type ConfirmedOutcome = Extract<LoginOutcome, { kind: 'confirmed' }>
type Dependencies = Pick<
  Context,
  | 'config'
  | 'login'
  | 'attemptCookies'
  | 'browserSessions'
  | 'administrators'
  | 'consolePasses'
  | 'crossOrigin'
  | 'limitLogins'
  | 'audit'
>

/**
 * `/ding_url` sends the browser to DingTalk, `/callback` receives it back; inside the DingTalk client the one is a page
 * that posts to the other.
 */
export function loginRoutes(ctx: Dependencies): Router {
  const {
    config,
    login,
    attemptCookies,
    browserSessions,
    administrators,
    consolePasses,
    crossOrigin,
    limitLogins,
    audit,
  } = ctx
  const inClient = new InClientLogin(ctx)
  const router = Router({ caseSensitive: true })

  function beginLogin(req: Request, res: Response): void {
    const redirectTo = readRedirect(req)
    const target = login.targetOf(redirectTo)
    if (inClient.isFor(req) && !wantsPage(req)) {
      inClient.show(req, res, { redirectTo, target })
      return
    }
    const attempt = login.begin(target, req.client)
    attemptCookies.begin(req, res, attempt)
    redirect(res, login.authorizeUrl(attempt, { inClient: isInDingTalk(req) }))
  }

  async function finishScan(req: Request, res: Response): Promise<void> {
    await finishLogin(req, res, readQuery(req, callbackQuery))
  }

  async function finishInClient(req: Request, res: Response): Promise<void> {
    await finishLogin(req, res, await readForm(req, clientCallbackForm))
  }

  async function finishLogin(req: Request, res: Response, params: CallbackParams): Promise<void> {
    const attempt = attemptCookies.read(req, params.state)
    if (attempt) res.locals.attempt = attempt
    const outcome = await login.finish({
      attempt,
      params,
      client: req.client,
      signedIn: () => browserSessions.signedIn(req),
      onResponseSent: (done) => res.once('finish', done),
    })
    if (outcome.kind === 'confirmed') {
      await browserSessions.signIn(req, res, outcome.login)
      attemptCookies.markSucceeded(res, outcome.attempt)
      audit.loginSucceeded(req.client, outcome.login.user.id)
      await openConsole(req, res, outcome)
    }
    redirect(res, outcome.target)
  }

  /** A scan that leads to the console opens it for an administrator; the DingTalk client needs none, so that does not count. */
  async function openConsole(req: Request, res: Response, { login, attempt }: ConfirmedOutcome): Promise<void> {
    if (attempt.way !== 'scan' || isInDingTalk(req) || !isOfConsole(attempt.target, config.publicUrl)) return
    if (!(await administrators.rightOf(login.user))) return
    consolePasses.grant(res, { userId: login.user.id, sessionId: login.sessionId })
    audit.consoleEntered(req.client, login.user.id)
  }

  /** A login that failed has spent its attempt: the code may have been used even when the response never came. */
  const refuse: ErrorRequestHandler = (thrown: unknown, req, res, next) => {
    const { attempt } = res.locals
    if (attempt && !login.hasSucceeded(attempt)) attemptCookies.drop(res, attempt)
    const error = asAppError(thrown)
    if (error.code !== 'method_not_allowed') audit.loginRefused(req.client, error)
    next(thrown)
  }

  addEndpoint(router, crossOrigin, {
    path: '/ding_url',
    before: [limitLogins, toPublicHost(config.publicUrl)],
    methods: { GET: beginLogin },
  })
  addEndpoint(router, crossOrigin.ownPages, {
    path: '/callback',
    before: [limitLogins],
    methods: { GET: finishScan, POST: config.dingtalk.inClient && finishInClient },
  })
  router.use(['/ding_url', '/callback'], refuse)
  return router
}

/** Whether the browser is to see DingTalk's own page in any case. */
function wantsPage(req: Request): boolean {
  return wayParam.safeParse(queryOf(req).get('way')).success
}
