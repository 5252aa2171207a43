import { readFileSync } from 'node:fs'
import { type Request, type Response, Router } from 'express'
import { errorParam, redirectQuery } from '../api/queries.js'
import { queryOf, readQuery } from '../api/read-query.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { toPublicHost } from '../middleware/public-host.js'
import { accountPage } from '../pages/account-page.js'
import { isDingTalk, isPhone } from '../pages/device.js'
import { languageOf } from '../pages/language.js'
import { loginPage } from '../pages/login-page.js'
import { sendPage } from '../pages/send-page.js'
import { texts } from '../pages/texts.js'

const ASSETS = ['login.js', 'account.js', 'icon.svg'] as const
/** The page asks for a new attempt a little before its own is too old. */
const RENEW_EARLY_MS = 15_000

/** What people see: the login page and the account page, and the few files that they load. */
export function pageRoutes(ctx: Context): Router {
  const { config, login, attempts, browserSessions, sessions, crossOrigin, limitLogins, audit } = ctx
  const { brand, publicUrl } = config
  const router = Router({ caseSensitive: true })

  async function showLogin(req: Request, res: Response): Promise<void> {
    const redirectTo = readQuery(req, redirectQuery).redirect
    const attempt = login.start(redirectTo)
    const error = errorParam.safeParse(queryOf(req).get('error')).data
    const dingUrl =
      redirectTo === undefined ? '/ding_url' : `/ding_url?${new URLSearchParams({ redirect: redirectTo })}`
    const common = { language: languageOf(req), brand, otherLanguageUrl: inOtherLanguage(req), error, dingUrl }
    const images = [brand.logoUrl]

    const live = await browserSessions.signedIn(req)
    if (live) {
      const way = {
        kind: 'signed-in',
        username: live.user.username,
        target: login.landing(attempt, live.user),
      } as const
      return sendPage(res, loginPage({ ...common, way }), { own: true, images })
    }

    const userAgent = req.get('user-agent') ?? ''
    // Straight to the login without a scan, but not over and over when it fails.
    if (isDingTalk(userAgent) && !error && login.inClientUrl(attempt)) return redirect(res, dingUrl)
    if (isDingTalk(userAgent) || isPhone(userAgent)) {
      return sendPage(res, loginPage({ ...common, way: { kind: 'phone' } }), { own: true, images })
    }

    attempts.begin(req, res, attempt)
    audit.loginBegun(req.client)
    const code = login.inlineCode(attempt)
    const lifeMs = Math.max(config.login.timeoutMs - RENEW_EARLY_MS, config.login.timeoutMs / 2)
    sendPage(res, loginPage({ ...common, way: { kind: 'code', code, lifeMs } }), {
      own: true,
      images,
      frame: code.frameUrl,
    })
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

  addEndpoint(router, crossOrigin, { path: '/', methods: { GET: (_req, res) => redirect(res, '/login') } })
  addEndpoint(router, crossOrigin, {
    path: '/login',
    before: [limitLogins, toPublicHost(publicUrl), attempts.middleware],
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
  return router
}

/** This page's address with the other language asked for. */
function inOtherLanguage(req: Request): string {
  const query = queryOf(req)
  query.set('lang', texts[languageOf(req)].otherLanguage.code)
  return `${req.path}?${query}`
}
