import { type ErrorRequestHandler, type Request, type Response, Router } from 'express'
import QRCode from 'qrcode'
import { queryOf } from '../../api/read-query.js'
import { authorizePage, inlineCodePage, passwordPage, refusedAddressPage, stayPage } from '../pages/login-pages.js'
import { pageHeaders, sendPage } from '../pages/send-page.js'
import { textsFor } from '../pages/texts.js'
import { single } from '../parameters.js'
import type { Parts } from '../parts.js'
import type { Decision, Display } from './consent.js'
import { type AuthorizeAddress, AuthorizeRefusal, type ConsentRequest, readConsentRequest } from './consent-request.js'

/** The pages to which a server sends a browser for a login. */
export function authorizeRoutes(parts: Parts): Router {
  const pages = new AuthorizePages(parts)
  const router = Router({ caseSensitive: true, strict: true })
  const alone = pageHeaders("'none'")
  const framed = pageHeaders('*')

  // Whether an address can be reached; no code comes of it.
  router.head(['/login/qrcode.htm', '/oauth2/auth'], framed, (_req, res) => void res.end())
  router.get('/connect/qrconnect', alone, (req, res) => pages.open(req, res, 'qrconnect', 'page'))
  router.get('/oauth2/auth', (req, res, next) => (isInline(req) ? framed : alone)(req, res, next))
  router.get('/oauth2/auth', (req, res) => pages.open(req, res, 'oauth2', isInline(req) ? 'frame' : 'page'))
  router.get('/connect/oauth2/sns_authorize', alone, (req, res) => {
    const loginTmpCode = single(queryOf(req), 'loginTmpCode')
    if (loginTmpCode === undefined) return pages.open(req, res, 'sns_authorize', 'page')
    return pages.redeem(req, res, loginTmpCode)
  })
  router.get('/login/qrcode.htm', framed, (req, res) => pages.openFrame(req, res))
  router.use(showRefusal(parts))
  return router
}

/** What the address itself decides, by `&person=` or `&refuse`. */
interface Choice {
  decision: Decision
  personId?: string
}

class AuthorizePages {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws {AuthorizeRefusal} */
  async open(req: Request, res: Response, address: AuthorizeAddress, display: Display): Promise<void> {
    const request = readConsentRequest(address, queryOf(req), this.#parts.redirectUris)
    const choice = this.#choiceOf(req, request, display)
    if (choice && display === 'page') this.#finish(req, res, choice)
    else if (address === 'sns_authorize') this.#showPeople(req, res, request)
    else await this.#showCode(req, res, { request, display, choice })
  }

  /**
   * The code alone, for the sns_authorize address that `goto` holds.
   * @throws {AuthorizeRefusal}
   */
  async openFrame(req: Request, res: Response): Promise<void> {
    const request = readConsentRequest('sns_authorize', this.#queryBehindGoto(req), this.#parts.redirectUris)
    await this.#showCode(req, res, { request, display: 'frame' })
  }

  /**
   * The way back from an inline code: its loginTmpCode is exchanged for a code that the server can use.
   * @throws {AuthorizeRefusal}
   */
  redeem(req: Request, res: Response, loginTmpCode: string): void {
    const { codes, consent, redirectUris } = this.#parts
    const request = readConsentRequest('sns_authorize', queryOf(req), redirectUris)
    const grant = codes.spend(loginTmpCode, 'loginTmpCode')
    if (!grant) throw new AuthorizeRefusal('invalid_login_tmp_code')
    const { personId } = grant
    this.#finish(req, res, { decision: consent.agree(request, 'page', personId), personId })
  }

  #choiceOf(req: Request, request: ConsentRequest, display: Display): Choice | undefined {
    const { consent, people } = this.#parts
    const query = queryOf(req)
    const personId = single(query, 'person')
    if (personId === undefined) {
      return query.has('refuse') ? { decision: consent.refuse(request, display) } : undefined
    }
    if (!people.find(personId)) throw new AuthorizeRefusal('unknown_person')
    return { decision: consent.agree(request, display, personId), personId }
  }

  #finish(req: Request, res: Response, { decision, personId }: Choice): void {
    this.#parts.journal.record('authorize', decision.outcome, req, personId)
    if (decision.next && 'redirectTo' in decision.next) {
      res.redirect(decision.next.redirectTo)
      return
    }
    const status = decision.status === 'not-in-organisation' ? decision.status : 'refused'
    sendPage(res, stayPage(textsFor(req), status, pathOf(req)))
  }

  /** The page without a code, where DingTalk asks for a password. */
  #showPeople(req: Request, res: Response, request: ConsentRequest): void {
    const { journal, people, tickets } = this.#parts
    journal.record('authorize', 'ok', req)
    const ticket = tickets.open(request, 'page', pathOf(req))
    sendPage(res, passwordPage(textsFor(req), ticket, people.all()))
  }

  /** Shows a code; with a choice it is one that has been scanned already. */
  async #showCode(
    req: Request,
    res: Response,
    { request, display, choice }: { request: ConsentRequest; display: Display; choice?: Choice | undefined },
  ): Promise<void> {
    const { journal, people, publicUrl, tickets } = this.#parts
    const ticket = tickets.open(request, display, pathOf(req))
    if (choice) tickets.decide(ticket.id, choice.decision)
    const qrImage = await qrImageOf(`${publicUrl}/scan/${ticket.id}`)
    journal.record('authorize', choice?.decision.outcome ?? 'ok', req, choice?.personId)
    const code = { texts: textsFor(req), ticket, qrImage }
    sendPage(res, display === 'frame' ? inlineCodePage(code) : authorizePage({ ...code, people: people.all() }))
  }

  /** The address in `goto` must be on this host, as DingTalk's is. */
  #queryBehindGoto(req: Request): URLSearchParams {
    const goto = single(queryOf(req), 'goto') ?? ''
    if (!URL.canParse(goto)) throw new AuthorizeRefusal('invalid_goto')
    const { host, pathname, searchParams } = new URL(goto)
    const isOwnHost = host === req.get('Host') || host === new URL(this.#parts.publicUrl).host
    if (!isOwnHost || pathname !== '/connect/oauth2/sns_authorize') throw new AuthorizeRefusal('invalid_goto')
    return searchParams
  }
}

function showRefusal({ journal }: Parts): ErrorRequestHandler {
  return function showRefusal(error: unknown, req, res, next) {
    if (!(error instanceof AuthorizeRefusal)) return next(error)
    journal.record('authorize', error.code, req)
    sendPage(res, refusedAddressPage(textsFor(req), error.code), 400)
  }
}

function isInline(req: Request): boolean {
  return single(queryOf(req), 'iframe') === 'true'
}

/** The QR code of an address, as a data URI. */
async function qrImageOf(address: string): Promise<string> {
  const svg = await QRCode.toString(address, { type: 'svg' })
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
}

/** This page again, without what was chosen on it. */
function pathOf(req: Request): string {
  const url = new URL(req.originalUrl, 'http://emulator')
  url.searchParams.delete('person')
  url.searchParams.delete('refuse')
  return url.pathname + url.search
}
