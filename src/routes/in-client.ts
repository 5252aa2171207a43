import type { Request, Response } from 'express'
import { address } from '../api/address.js'
import type { Context } from '../context.js'
import { leadingAnywhere } from '../pages/content-security-policy.js'
import { isDesktopDingTalk, isDingTalk, isPhone } from '../pages/device.js'
import { inClientPage } from '../pages/in-client-page.js'
import { languageOf } from '../pages/language.js'
import { inOtherLanguage } from '../pages/other-language.js'
import { sendPage } from '../pages/send-page.js'
import type { WaysOn } from '../pages/ways-on.js'

type Dependencies = Pick<Context, 'config' | 'login' | 'attemptCookies'>

/** Where a login is to lead: as it was asked for, and as it was judged. */
interface Destination {
  redirectTo: string | undefined
  target: string
}

/** The logins of browsers that show no code to scan: inside the DingTalk client, and on phones. */
export class InClientLogin {
  readonly #ctx: Dependencies

  constructor(ctx: Dependencies) {
    this.#ctx = ctx
  }

  /** Whether this browser is the DingTalk client, and gives codes by itself. */
  isFor(req: Request): boolean {
    return this.#ctx.config.dingtalk.inClient !== undefined && isInDingTalk(req)
  }

  /** Sends the page that logs in by itself. It is an attempt of its own, which takes the client's code alone. */
  show(req: Request, res: Response, destination: Destination): void {
    const { config, login, attemptCookies } = this.#ctx
    const { brand, dingtalk } = config
    if (!dingtalk.inClient) throw new Error('the client is not asked for codes')
    const attempt = login.begin(destination.target, req.client, 'client')
    attemptCookies.begin(req, res, attempt)
    const page = inClientPage({
      language: languageOf(req),
      brand,
      otherLanguageUrl: inOtherLanguage(req),
      client: dingtalk.inClient,
      state: attempt.state,
      ways: this.waysOn(req, destination),
    })
    sendPage(res, page, { own: true, images: [brand.logoUrl], forms: leadingAnywhere })
  }

  /** Where DingTalk's own page is begun, whatever the client can do by itself. */
  dingUrl(req: Request, redirectTo: string | undefined): string {
    return address('/ding_url', { redirect: redirectTo, way: this.isFor(req) ? 'page' : undefined })
  }

  /** How else such a browser goes on. The page by itself is left out of an address that leads into it again. */
  waysOn(req: Request, destination: Destination): WaysOn {
    const { config, login } = this.#ctx
    const page = address('/login', { redirect: destination.redirectTo })
    const program = login.isForAnyBrowser(destination.target) ? this.#otherProgram(req) : undefined
    return {
      dingUrl: this.dingUrl(req, destination.redirectTo),
      againUrl: this.isFor(req) ? page : undefined,
      elsewhere: program && { in: program, address: `${config.publicUrl}${page}` },
    }
  }

  /** DingTalk for a phone's browser, where no scan is needed there; for DingTalk on a desktop the system's browser. */
  #otherProgram(req: Request): 'dingtalk' | 'browser' | undefined {
    const { config, login } = this.#ctx
    const userAgent = userAgentOf(req)
    if (isDesktopDingTalk(userAgent)) return 'browser'
    const needsNoScan = config.dingtalk.inClient !== undefined || login.hasInClientLogin
    return needsNoScan && isPhone(userAgent) && !isDingTalk(userAgent) ? 'dingtalk' : undefined
  }
}

/** Whether it comes from the browser inside of DingTalk. */
export function isInDingTalk(req: Request): boolean {
  return isDingTalk(userAgentOf(req))
}

/** No device scans the code that it shows. */
export function cannotScan(req: Request): boolean {
  return isInDingTalk(req) || isPhone(userAgentOf(req))
}

function userAgentOf(req: Request): string {
  return req.get('user-agent') ?? ''
}
