import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { CookieOptions, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { AppError } from '../errors.js'
import type { EndReason } from '../services/audit.js'
import type { ConfirmedLogin } from '../services/login.js'
import type { LiveSession } from '../services/ports.js'
import type { Sessions } from '../services/sessions.js'
import type { SignedIn } from '../services/signed-in.js'
import { NothingToStore } from './express-session-store.js'
import { CookieSignature, cookiesNamed } from './signed-cookie.js'

declare global {
  namespace Express {
    interface Request {
      /** The cookie's id of the session that this login opens. */
      newSessionId?: string
    }
  }
}

interface Options {
  sessions: Sessions
  signedIn: SignedIn
  secrets: readonly string[]
  maxAgeMs: number
  cookieDomain: string | undefined
  /** Whether browsers come by https. */
  secure: boolean
}

/** The session of a browser, by its cookie. */
export class BrowserSessions {
  /** As browsers know it: its prefix depends on the settings. */
  readonly cookieName: string
  readonly #options: Options
  readonly #cookie: CookieOptions
  readonly #signature: CookieSignature
  readonly #expressSession: RequestHandler

  constructor(options: Options) {
    const { secrets, maxAgeMs, cookieDomain, secure } = options
    this.#options = options
    this.#signature = new CookieSignature(secrets)
    this.cookieName = `${secure ? (cookieDomain ? '__Secure-' : '__Host-') : ''}sid`
    this.#cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure, ...(cookieDomain && { domain: cookieDomain }) }
    this.#expressSession = session({
      name: this.cookieName,
      secret: [...secrets],
      store: new NothingToStore(),
      genid: (req) => (req as Request).newSessionId ?? randomBytes(32).toString('base64url'),
      cookie: { ...this.#cookie, maxAge: maxAgeMs },
      resave: false,
      // It is asked for a session where one has begun, and for nothing else.
      saveUninitialized: true,
    })
  }

  /** Signs in under the login's fresh session id, which shuts out fixation. Older sessions of this browser end. */
  async signIn(req: Request, res: Response, { user, sessionId }: ConfirmedLogin): Promise<void> {
    const before = await this.#alive(req)
    await this.#options.sessions.open(sessionId, user.id, req.client)
    await this.#end(req, before, 'replaced')
    this.#expireVariants(req, res)
    await this.#sendCookie(req, res, sessionId)
  }

  /**
   * Has express-session send the cookie with the response, for a request of its own that brings no session: on the
   * request itself the application that we may be part of has a session, and what is inherited from a request makes V8
   * read that request the slow way from then on.
   */
  async #sendCookie({ url, originalUrl }: Request, res: Response, sessionId: string): Promise<void> {
    // PUBLIC_URL says how browsers come, whatever a proxy sends: express-session asks this for a Secure cookie.
    const { secure } = this.#options
    const bare = { headers: {}, url, originalUrl, secure, newSessionId: sessionId } as unknown as Request
    await new Promise<void>((resolve, reject) =>
      this.#expressSession(bare, res, (error?: unknown) => (error ? reject(error) : resolve())),
    )
  }

  /** The session and user of this request, if both may go on. */
  async signedIn(req: Pick<Request, 'headers' | 'client'>): Promise<LiveSession | undefined> {
    const cookieIds = this.cookieIdsOf(req)
    return cookieIds.length === 0 ? undefined : this.#options.signedIn.by(cookieIds, req.client)
  }

  /** @throws {AppError} `unauthenticated` */
  async requireSignedIn(req: Request): Promise<LiveSession> {
    const live = await this.signedIn(req)
    if (!live) throw new AppError('unauthenticated')
    return live
  }

  /** Ends the session on the server and in the browser. */
  async signOut(req: Request, res: Response): Promise<void> {
    await this.#end(req, await this.#alive(req), 'logout')
    res.clearCookie(this.cookieName, this.#cookie)
    this.#expireVariants(req, res)
  }

  /** The sessions that a login replaces or a logout ends: nobody asks whether their users may stay. */
  #alive(req: Request): Promise<LiveSession[]> {
    return this.#options.sessions.findAlive(this.cookieIdsOf(req))
  }

  async #end({ client }: Request, sessions: LiveSession[], reason: EndReason): Promise<void> {
    for (const { user, info } of sessions) await this.#options.sessions.end(user.id, info.id, { client, reason })
  }

  /**
   * The session ids in this request's cookies that are signed with one of our secrets. A browser sends several cookies
   * of one name where a sibling host has set one for the whole domain, or another path has one.
   */
  cookieIdsOf(req: Pick<IncomingMessage, 'headers'>): string[] {
    const ids = cookiesNamed(this.cookieName, req.headers.cookie).map((signed) => this.#signature.verify(signed))
    return [...new Set(ids)].filter((id) => id !== undefined)
  }

  /** Those of them whose sessions are alive. */
  async liveCookieIdsOf(req: Request): Promise<string[]> {
    const live: string[] = []
    for (const id of this.cookieIdsOf(req)) if (await this.#options.sessions.find(id)) live.push(id)
    return live
  }

  /** Where a browser sent several cookies of this name: expires those that stand at other domains, as far as we may. */
  #expireVariants(req: Request, res: Response): void {
    if (cookiesNamed(this.cookieName, req.headers.cookie).length < 2) return
    const { domain, ...hostOnly } = this.#cookie
    if (domain !== undefined) res.clearCookie(this.cookieName, hostOnly)
    else if (!this.cookieName.startsWith('__Host-')) {
      for (const parent of domainsOf(req.hostname)) res.clearCookie(this.cookieName, { ...hostOnly, domain: parent })
    }
  }
}

/** The host and its parents of two labels or more: `a.b.c` and `b.c`. An address is no domain. */
function domainsOf(host: string): string[] {
  const labels = isIP(host) ? [] : host.split('.')
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join('.'))
}
