import { readFileSync } from 'node:fs'
import { type Request, type Response, Router } from 'express'
import { errorParam } from '../api/queries.js'
import { queryOf } from '../api/read-query.js'
import { readRedirect } from '../api/read-redirect.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { toPublicHost } from '../middleware/public-host.js'
import { accountPage } from '../pages/account-page.js'
import { languageOf } from '../pages/language.js'
import { type LoginWay, loginPage } from '../pages/login-page.js'
import { inOtherLanguage } from '../pages/other-language.js'
import { type RefusalPage, refusalPage } from '../pages/refusal-page.js'
import { sendPage } from '../pages/send-page.js'
import { SECOND } from '../time.js'
import { cannotScan, InClientLogin, isInDingTalk } from './in-client.js'

const ASSETS = ['login.js', 'account.js', 'apps.js', 'times.js', 'icon.svg', 'group-lookup.js', 'copy.js'] as const
const RENEW_EARLY_MS = 15 * SECOND

type ShownRefusal = Pick<RefusalPage, 'username' | 'againUrl' | 'wanted'>
type Dependencies = Pick<
  Context,
  'config' | 'login' | 'attemptCookies' | 'browserSessions' | 'sessions' | 'crossOrigin' | 'limitLogins'
>

/** What people see: the login page and the account page, and the few files that they load. */
export function pageRoutes(ctx: Dependencies): Router {
  const { config, login, attemptCookies, browserSessions, sessions, crossOrigin, limitLogins } = ctx
  const { brand, publicUrl } = config
  const inClient = new InClientLogin(ctx)
  const router = Router({ caseSensitive: true })

  async function showLogin(req: Request, res: Response): Promise<void> {
    const redirectTo = readRedirect(req)
    const target = login.targetOf(redirectTo)
    const error = errorParam.safeParse(queryOf(req).get('error')).data
    const dingUrl = inClient.dingUrl(req, redirectTo)
    const live = await browserSessions.signedIn(req)
    // Straight to the login without a scan, but not over and over when it fails.
    if (!live && !error && inClient.isFor(req)) return inClient.show(req, res, { redirectTo, target })
    if (!live && !error && isInDingTalk(req) && login.hasInClientLogin) return redirect(res, dingUrl)
    if (live && error === 'not_permitted') {
      const wanted = redirectTo === undefined ? undefined : target
      return showRefusal(req, res, { username: live.user.username, againUrl: dingUrl, wanted })
    }
    const way = live
      ? ({ kind: 'signed-in', username: live.user.username, target: login.landingOf(target, live.user) } as const)
      : cannotScan(req)
        ? ({ kind: 'button', ways: inClient.waysOn(req, { redirectTo, target }) } as const)
        : codeWay(req, res, target)
    const page = loginPage({
      language: languageOf(req),
      brand,
      otherLanguageUrl: inOtherLanguage(req),
      error,
      dingUrl,
      way,
    })
    const frame = way.kind === 'code' ? way.code.frameUrl : undefined
    sendPage(res, page, { own: true, images: [brand.logoUrl], frame })
  }

  /** Where a proxy sends people who may not use what it protects. */
  function showRefusal(req: Request, res: Response, refusal: ShownRefusal): void {
    const otherLanguageUrl = inOtherLanguage(req)
    const page = refusalPage({
      ...{ ...refusal, application: undefined, code: 'not_permitted', requestId: undefined },
      ...{ language: languageOf(req), brand, otherLanguageUrl, publicUrl, frontendUrl: config.redirects.frontendUrl },
    })
    sendPage(res, page, { own: true, images: [brand.logoUrl] })
  }

  /** The page is an attempt of its own, renewed a little before it is too old. */
  function codeWay(req: Request, res: Response, target: string): LoginWay & { kind: 'code' } {
    const attempt = login.begin(target, req.client)
    attemptCookies.begin(req, res, attempt)
    const { timeoutMs } = config.login
    const lifeMs = Math.max(timeoutMs - RENEW_EARLY_MS, timeoutMs / 2)
    return { kind: 'code', code: login.inlineCode(attempt), lifeMs }
  }

  async function showAccount(req: Request, res: Response): Promise<void> {
    const live = await browserSessions.signedIn(req)
    if (!live) return redirect(res, '/login')
    const page = accountPage({
      language: languageOf(req),
      brand,
      otherLanguageUrl: inOtherLanguage(req),
      user: live.user,
      sessions: await sessions.list(live.user.id),
      currentSessionId: live.info.id,
    })
    sendPage(res, page, { own: true, images: [brand.logoUrl, live.user.avatarUrl] })
  }

  addEndpoint(router, crossOrigin, {
    path: '/login',
    before: [limitLogins, toPublicHost(publicUrl)],
    methods: { GET: showLogin },
  })
  addEndpoint(router, crossOrigin, {
    path: '/account',
    methods: { GET: showAccount },
  })
  for (const name of ASSETS) {
    const text = readFileSync(new URL(`../pages/assets/${name}`, import.meta.url), 'utf8')
    addEndpoint(router, crossOrigin, {
      path: `/assets/${name}` as const,
      methods: { GET: (_req, res) => void res.type(name).send(text) },
    })
  }
  /** What src/cli/build.mjs has bundled: most servers never send it. */
  let inClientScript: string | undefined
  addEndpoint(router, crossOrigin, {
    path: '/assets/in-client.js',
    methods: {
      GET: (_req, res) => {
        inClientScript ??= readFileSync(new URL('../generated/in-client/in-client.js', import.meta.url), 'utf8')
        res.type('js').send(inClientScript)
      },
    },
  })
  return router
}
