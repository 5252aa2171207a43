import { randomBytes } from 'node:crypto'
import type { CookieOptions, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { AppError } from '../errors.js'
import type { ConfirmedLogin } from '../services/login.js'
import type { LiveSession } from '../services/ports.js'
import type { Sessions } from '../services/sessions.js'
import type { SignedIn } from '../services/signed-in.js'
import { NothingToStore } from './express-session-store.js'
import { CookieSignature, cookiesNamed } from './signed-cookie.js'

declare module 'express-session' {
  interface SessionData {
    /** Makes express-session send the cookie. */
    begun?: true
  }
}

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
  /** Goes before the routes that begin a session. */
  readonly middleware: RequestHandler
  /** As browsers know it: its prefix depends on the settings. */
  readonly cookieName: string
  readonly #options: Options
  readonly #cookie: CookieOptions
  readonly #signature: CookieSignature

  constructor(options: Options) {
    const { secrets, maxAgeMs, cookieDomain, secure } = options
    this.#options = options
    this.#signature = new CookieSignature(secrets)
    this.cookieName = `${secure ? (cookieDomain ? '__Secure-' : '__Host-') : ''}sid`
    this.#cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure, ...(cookieDomain && { domain: cookieDomain }) }
    const expressSession = session({
      name: this.cookieName,
      secret: [...secrets],
      store: new NothingToStore(),
      genid: (req) => (req as Request).newSessionId ?? randomBytes(32).toString('base64url'),
      cookie: { ...this.#cookie, maxAge: maxAgeMs },
      resave: false,
      saveUninitialized: false,
    })
    this.middleware = (req, res, next) => {
      // PUBLIC_URL says how browsers come, whatever a proxy sends: express-session asks this for a Secure cookie.
      Object.defineProperty(req, 'secure', { value: secure })
      expressSession(req, res, next)
    }
  }

  /** Signs in under the login's fresh session id, which shuts out fixation. An older session of this browser ends. */
  async signIn(req: Request, { user, sessionId }: ConfirmedLogin): Promise<void> {
    const { sessions } = this.#options
    const before = await this.#find(req)
    await sessions.open(sessionId, user.id, req.client)
    if (before) await sessions.end(before.user.id, before.info.id, { client: req.client, reason: 'replaced' })
    req.newSessionId = sessionId
    await new Promise<void>((resolve, reject) => {
      req.session.regenerate((error) => (error ? reject(error) : resolve()))
    })
    req.session.begun = true
  }

  /** The session and user of this request, if both may go on. */
  async signedIn(req: Request): Promise<LiveSession | undefined> {
    const cookieId = this.#cookieIdOf(req)
    return cookieId === undefined ? undefined : this.#options.signedIn.by(cookieId, req.client)
  }

  /** @throws {AppError} `unauthenticated` */
  async requireSignedIn(req: Request): Promise<LiveSession> {
    const live = await this.signedIn(req)
    if (!live) throw new AppError('unauthenticated')
    return live
  }

  /** Ends the session on the server and in the browser. */
  async signOut(req: Request, res: Response): Promise<void> {
    const live = await this.#find(req)
    if (live) await this.#options.sessions.end(live.user.id, live.info.id, { client: req.client, reason: 'logout' })
    res.clearCookie(this.cookieName, this.#cookie)
  }

  /** The session that a login replaces or a logout ends: nobody asks whether its user may stay. */
  async #find(req: Request): Promise<LiveSession | undefined> {
    const cookieId = this.#cookieIdOf(req)
    return cookieId === undefined ? undefined : this.#options.sessions.find(cookieId)
  }

  /** The session id in this request's cookie, if it is signed with one of our secrets. */
  #cookieIdOf(req: Request): string | undefined {
    const [signed] = cookiesNamed(this.cookieName, req.headers.cookie)
    return signed === undefined ? undefined : this.#signature.verify(signed)
  }
}
