import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Config } from '../config/config.js'
import { contentSecurityPolicy } from '../pages/content-security-policy.js'
import type { Html } from '../pages/html.js'
import { languageOf } from '../pages/language.js'
import { loggedOutPage, logoutPage } from '../pages/logout-page.js'
import { inOtherLanguage } from '../pages/other-language.js'
import type { ApplicationSessionRows } from '../services/application-session.js'
import { currentRequest } from './openid-request.js'

interface Options {
  applicationSessions: ApplicationSessionRows
  brand: Config['brand']
}

/**
 * The logout that an application asks for: https://openid.net/specs/openid-connect-rpinitiated-1_0.html
 * It ends our session. The person is asked, unless the application shows by an ID token of this very session that they
 * came from it.
 */
export function logoutHooks({ applicationSessions, brand }: Options) {
  async function isOfThisSession(ctx: KoaContextWithOIDC): Promise<boolean> {
    const sid = ctx.oidc.entities.IdTokenHint?.payload.sid
    const sessionId = currentRequest().live?.info.id
    return (
      typeof sid === 'string' && sessionId !== undefined && (await applicationSessions.sessionOf(sid)) === sessionId
    )
  }

  /** The provider's hook: `form` is its own, which confirms the logout. */
  async function logoutSource(ctx: KoaContextWithOIDC, form: string): Promise<void> {
    const { session, params, client } = ctx.oidc
    if (await isOfThisSession(ctx)) {
      await session?.destroy()
      ctx.redirect(targetOf(params) ?? ctx.oidc.urlFor('end_session_success'))
      ctx.status = 303
      return
    }
    const { req, live } = currentRequest()
    const page = logoutPage({
      language: languageOf(req),
      brand,
      otherLanguageUrl: inOtherLanguage(req),
      username: live?.user.username ?? '',
      application: client?.clientName,
      form,
    })
    send(ctx, page, targetOf(params))
  }

  /** The provider's hook: where the application names no address to go on to. */
  function postLogoutSuccessSource(ctx: KoaContextWithOIDC): void {
    const { req } = currentRequest()
    send(ctx, loggedOutPage({ language: languageOf(req), brand, otherLanguageUrl: inOtherLanguage(req) }))
  }

  /** `target`: where the form leads in the end, which browsers hold against the page's policy. */
  function send(ctx: KoaContextWithOIDC, page: Html, target?: string): void {
    const forms = target === undefined ? ["'self'"] : ["'self'", new URL(target).origin]
    ctx.set('Content-Security-Policy', contentSecurityPolicy({ own: true, images: [brand.logoUrl], forms }))
    ctx.type = 'html'
    ctx.body = page.toString()
  }

  return { logoutSource, postLogoutSuccessSource }
}

/** The application's own address, which the provider has judged, with the state that it asked for. */
function targetOf(params: KoaContextWithOIDC['oidc']['params']): string | undefined {
  const { post_logout_redirect_uri: uri, state } = params ?? {}
  if (typeof uri !== 'string') return undefined
  if (typeof state !== 'string') return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}state=${encodeURIComponent(state)}`
}
