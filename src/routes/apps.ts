import { type Request, type Response, Router } from 'express'
import { address } from '../api/address.js'
import { languageParam } from '../api/queries.js'
import { queryOf } from '../api/read-query.js'
import { redirect } from '../api/redirect.js'
import type { Context } from '../context.js'
import { anyPage } from '../middleware/cross-origin.js'
import { addEndpoint } from '../middleware/endpoint.js'
import { requestLimits } from '../middleware/request-limits.js'
import { appsPage } from '../pages/apps-page.js'
import { languageOf } from '../pages/language.js'
import { logosOf } from '../pages/logos.js'
import { inOtherLanguage } from '../pages/other-language.js'
import { sendPage } from '../pages/send-page.js'
import { appsStylesheet } from '../pages/stylesheet.js'
import { texts } from '../pages/texts.js'
import { behind, openableBy, searchByName } from '../services/openable-applications.js'
import { isInDingTalk } from './in-client.js'

type Dependencies = Pick<Context, 'config' | 'login' | 'browserSessions' | 'accessRules' | 'knownPeople'>

const MAX_SEARCH_LENGTH = 100

/** The door for everybody: the applications that one may open, and the way there from `/`. */
export function appsRoutes(ctx: Dependencies): Router {
  const { config, login, browserSessions, accessRules } = ctx
  const { brand, dingtalk } = config
  const router = Router({ caseSensitive: true })

  async function showApps(req: Request, res: Response): Promise<void> {
    const live = await browserSessions.signedIn(req)
    if (!live) return redirect(res, address('/login', { redirect: login.ownPageUrl('/apps') }))
    const language = languageOf(req)
    const asked = askedOf(req)
    const all = await openableBy(live, ctx)
    const found = behind(searchByName(all, asked.search ?? '', texts[language].tag), asked.after)
    const logos = logosOf(found)
    const page = appsPage({
      ...{ language, brand, otherLanguageUrl: inOtherLanguage(req) },
      ...{ user: live.user, canLogOut: !logsInByItself(req) },
      ...{ total: all.length, found, logos, asked },
    })
    const images = [brand.logoUrl, live.user.avatarUrl, ...logos.values()]
    sendPage(res, page, { own: true, images, forms: ["'self'"], sheet: appsStylesheet })
  }

  /** Inside the DingTalk client a logout would be followed by a login at once. */
  function logsInByItself(req: Request): boolean {
    return isInDingTalk(req) && (dingtalk.inClient !== undefined || login.hasInClientLogin)
  }

  async function showStart(_req: Request, res: Response): Promise<void> {
    const { applications } = await accessRules.current()
    redirect(res, applications.size > 0 ? '/apps' : '/login')
  }

  // Of these pages no front end's script reads anything.
  addEndpoint(router, anyPage, { path: '/apps', before: [requestLimits], methods: { GET: showApps } })
  addEndpoint(router, anyPage, { path: '/', before: [requestLimits], methods: { GET: showStart } })
  return router
}

/** What stands in the query, as far as it fits. */
function askedOf(req: Request) {
  const query = queryOf(req)
  return {
    search: query.get('search')?.trim().slice(0, MAX_SEARCH_LENGTH) || undefined,
    after: query.get('after') || undefined,
    lang: languageParam.safeParse(query.get('lang')).data,
  }
}
