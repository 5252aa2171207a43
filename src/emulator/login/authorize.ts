import { type NextFunction, type Request, type Response, Router } from 'express'
import QRCode from 'qrcode'
import type { Codes } from '../codes.js'
import type { Directory } from '../directory.js'
import type { Journal } from '../journal.js'
import { pageHeaders, sendPage } from '../page-answers.js'
import { authorizePage, inlineCodePage, passwordPage, refusedAddressPage, stayPage } from '../pages/login-pages.js'
import { textsFor } from '../pages/texts.js'
import { queryOf, single } from '../parameters.js'
import {
  type AuthorizeAddress,
  AuthorizeRefusal,
  type AuthorizeRequest,
  readAuthorizeRequest,
} from './authorize-request.js'
import type { Consent, Decision, Display } from './consent.js'
import type { Tickets } from './tickets.js'

export interface AuthorizeParts {
  codes: Codes
  consent: Consent
  directory: Directory
  journal: Journal
  tickets: Tickets
  publicUrl: string
  redirectUris: string[] | undefined
}

/** The pages a browser is sent to for a login. */
export function authorizeRoutes(parts: AuthorizeParts): Router {
  const { codes, consent, directory, journal, tickets, publicUrl, redirectUris } = parts
  const router = Router({ caseSensitive: true, strict: true })
  const alone = pageHeaders("'none'")
  const framed = pageHeaders('*')

  router.get('/connect/qrconnect', alone, (req, res) => open(req, res, 'qrconnect', 'page'))
  router.get('/oauth2/auth', (req, res, next) => (isInline(req) ? framed : alone)(req, res, next))
  router.get('/oauth2/auth', (req, res) => open(req, res, 'oauth2', isInline(req) ? 'frame' : 'page'))
  router.get('/connect/oauth2/sns_authorize', alone, (req, res) => {
    const loginTmpCode = single(queryOf(req), 'loginTmpCode')
    return loginTmpCode === undefined ? open(req, res, 'sns_authorize', 'page') : redeem(req, res, loginTmpCode)
  })
  router.get('/login/qrcode.htm', framed, (req, res) => {
    const request = readAuthorizeRequest('sns_authorize', queryBehindGoto(req), redirectUris)
    return show(req, res, request, 'frame')
  })
  router.use((error: unknown, req: Request, res: Response, next: NextFunction) => {
    if (!(error instanceof AuthorizeRefusal)) return next(error)
    journal.record('authorize', error.code, req)
    sendPage(res, refusedAddressPage(textsFor(req), error.code), 400)
  })
  return router

  async function open(req: Request, res: Response, address: AuthorizeAddress, display: Display): Promise<void> {
    const query = queryOf(req)
    const request = readAuthorizeRequest(address, query, redirectUris)
    const personId = single(query, 'person')
    if (personId !== undefined && !directory.find(personId)) throw new AuthorizeRefusal('unknown_person')
    const decision =
      personId !== undefined
        ? consent.agree(request, display, personId)
        : query.has('refuse')
          ? consent.refuse(request, display)
          : undefined
    if (decision && display === 'page') return finish(req, res, decision, personId)
    if (address === 'sns_authorize') {
      journal.record('authorize', 'ok', req)
      return sendPage(res, passwordPage(textsFor(req), tickets.open(request, display, pathOf(req)), directory.all()))
    }
    return show(req, res, request, display, decision, personId)
  }

  /** Shows a code; with a decision it is one that has been scanned already. */
  async function show(
    req: Request,
    res: Response,
    request: AuthorizeRequest,
    display: Display,
    decision?: Decision,
    personId?: string,
  ): Promise<void> {
    const ticket = tickets.open(request, display, pathOf(req))
    if (decision) tickets.decide(ticket.id, decision)
    const qrCode = await QRCode.toString(`${publicUrl}/scan/${ticket.id}`, { type: 'svg' })
    const qrImage = `data:image/svg+xml;base64,${Buffer.from(qrCode).toString('base64')}`
    journal.record('authorize', decision?.outcome ?? 'ok', req, personId)
    const texts = textsFor(req)
    sendPage(
      res,
      display === 'frame'
        ? inlineCodePage({ texts, ticket, qrImage })
        : authorizePage({ texts, ticket, qrImage, people: directory.all() }),
    )
  }

  /** The way back from an inline code: its loginTmpCode against a code for the server. */
  function redeem(req: Request, res: Response, loginTmpCode: string): void {
    const request = readAuthorizeRequest('sns_authorize', queryOf(req), redirectUris)
    const grant = codes.spend(loginTmpCode, 'loginTmpCode')
    if (!grant) throw new AuthorizeRefusal('invalid_login_tmp_code')
    finish(req, res, consent.agree(request, 'page', grant.personId), grant.personId)
  }

  function finish(req: Request, res: Response, decision: Decision, personId: string | undefined): void {
    journal.record('authorize', decision.outcome, req, personId)
    if (decision.next && 'redirectTo' in decision.next) {
      res.redirect(decision.next.redirectTo)
      return
    }
    const status = decision.status === 'not-in-organisation' ? decision.status : 'refused'
    sendPage(res, stayPage(textsFor(req), status, pathOf(req)))
  }

  /** The sns_authorize address that the frame's `goto` holds; it must be on this host, as DingTalk's is. */
  function queryBehindGoto(req: Request): URLSearchParams {
    const goto = single(queryOf(req), 'goto') ?? ''
    if (!URL.canParse(goto)) throw new AuthorizeRefusal('invalid_goto')
    const { host, pathname, searchParams } = new URL(goto)
    const isOwnHost = host === req.get('Host') || host === new URL(publicUrl).host
    if (!isOwnHost || pathname !== '/connect/oauth2/sns_authorize') throw new AuthorizeRefusal('invalid_goto')
    return searchParams
  }
}

function isInline(req: Request): boolean {
  return single(queryOf(req), 'iframe') === 'true'
}

/** This page again, without what was chosen on it. */
function pathOf(req: Request): string {
  const url = new URL(req.originalUrl, 'http://emulator')
  url.searchParams.delete('person')
  url.searchParams.delete('refuse')
  return url.pathname + url.search
}
