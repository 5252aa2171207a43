import { randomBytes } from 'node:crypto'
import { parse } from 'cookie'
import { unsign } from 'cookie-signature'
import type { CookieOptions, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import { AppError } from '../errors.js'
import type { Audit, Client, EndReason } from '../services/audit.js'
import type { ConfirmedLogin } from '../services/login.js'
import type { Membership } from '../services/membership.js'
import type { LiveSession, SessionStore } from '../services/ports.js'

declare module 'express-session' {
  interface SessionData {
    /** Of a session that was found: its row and its person. */
    live?: LiveSession
    /** Of a session that begins with this request: makes express-session send its cookie. */
    begun?: true
  }
}

type Done = (error?: unknown) => void

interface Options {
  sessions: SessionStore
  membership: Membership
  audit: Audit
  secrets: readonly string[]
  maxAgeMs: number
  cookieDomain: string | undefined
  secure: boolean
}

/** The signed-in browser. Only this file knows express-session. */
export class BrowserSessions {
  /** Loads the session of the cookie; goes before the routes that begin or end one. To know who is signed in needs less: see `signedIn`. */
  readonly middleware: RequestHandler
  /** As browsers know it: its prefix depends on the settings. */
  readonly cookieName: string
  readonly #options: Options
  readonly #cookie: CookieOptions
  /** The session ids that logins have chosen, for `genid`: the same callback twice at once is one login and opens one session. */
  readonly #chosenIds = new WeakMap<object, string>()

  constructor(options: Options) {
    const { sessions, secrets, maxAgeMs, cookieDomain, secure } = options
    this.#options = options
    this.cookieName = `${secure ? (cookieDomain ? '__Secure-' : '__Host-') : ''}sid`
    this.#cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure, ...(cookieDomain && { domain: cookieDomain }) }
    this.middleware = session({
      name: this.cookieName,
      secret: [...secrets],
      store: new ExpressSessionStore(sessions),
      genid: (req) => this.#chosenIds.get(req) ?? randomBytes(32).toString('base64url'),
      cookie: { ...this.#cookie, maxAge: maxAgeMs },
      resave: false,
      saveUninitialized: false,
    })
  }

  /** Signs in under the login's fresh session id, which shuts out fixation; stored when this returns. An older session of this browser ends. */
  async signIn(req: Request, { user, sessionId }: ConfirmedLogin): Promise<void> {
    const before = req.session.live
    await this.#options.sessions.open(sessionId, {
      userId: user.id,
      ip: req.client.ip,
      userAgent: req.client.userAgent,
    })
    this.#chosenIds.set(req, sessionId)
    await settle((done) => req.session.regenerate(done))
    req.session.begun = true
    if (before) auditEnd(this.#options.audit, req.client, before.user.id, [before.info.id], 'replaced')
  }

  /** The session and person of this request, if both may go on; a person who has left loses all their sessions. */
  async signedIn(req: Request): Promise<LiveSession | undefined> {
    const cookieId = this.#cookieIdOf(req)
    const live = cookieId && (await this.#options.sessions.find(cookieId))
    if (!live) return undefined
    await this.#options.sessions.touch(live.info)
    const endSessions = () => this.endAllOfLeaver(req, live.user.id)
    return (await this.#options.membership.mayStay(live.user, endSessions)) ? live : undefined
  }

  /** Ends the sessions of a person who left, in every browser. */
  async endAllOfLeaver(req: Request, userId: string): Promise<void> {
    auditEnd(this.#options.audit, req.client, userId, await this.#options.sessions.endAll(userId), 'left')
  }

  /** @throws {AppError} `unauthenticated` */
  async requireSignedIn(req: Request): Promise<LiveSession> {
    const live = await this.signedIn(req)
    if (!live) throw new AppError('unauthenticated')
    return live
  }

  /** Ends the session on the server and in the browser. */
  async signOut(req: Request, res: Response): Promise<void> {
    const { live } = req.session
    if (live) await settle((done) => req.session.destroy(done))
    res.clearCookie(this.cookieName, this.#cookie)
    if (live) auditEnd(this.#options.audit, req.client, live.user.id, [live.info.id], 'logout')
  }

  /** The session id in the cookie that this request brought, if it is signed with one of our secrets. */
  #cookieIdOf(req: Request): string | undefined {
    const signed = parse(req.headers.cookie ?? '')[this.cookieName]
    if (!signed?.startsWith('s:')) return undefined
    for (const secret of this.#options.secrets) {
      const cookieId = unsign(signed.slice('s:'.length), secret)
      if (cookieId !== false) return cookieId
    }
    return undefined
  }
}

/** A line of the audit trail for each session that ended. */
export function auditEnd(audit: Audit, client: Client, userId: string, sessionIds: string[], reason: EndReason): void {
  for (const sessionId of sessionIds) audit.sessionEnded(client, { userId, sessionId, reason })
}

/** What express-session asks of a store, answered from the `Session` rows. */
class ExpressSessionStore extends session.Store {
  /** Set by express-session. */
  declare generate: (req: Request) => void
  readonly #sessions: SessionStore

  constructor(sessions: SessionStore) {
    super()
    this.#sessions = sessions
  }

  override get(cookieId: string, done: (error: unknown, data?: session.SessionData | null) => void): void {
    this.#sessions
      .find(cookieId)
      .then((live) => done(null, live ? { cookie: { originalMaxAge: null }, live } : null), done)
  }

  /** Nothing is left to write: a login makes the row before it begins the session, so that no cookie is sent without one. */
  override set(_cookieId: string, _data: session.SessionData, done: Done = () => {}): void {
    done()
  }

  override touch(_cookieId: string, _data: session.SessionData, done: Done = () => {}): void {
    done()
  }

  /** Ends the session that was found, and no other: nobody without one makes the database write. */
  override regenerate(req: Request, done: Done): void {
    const begin = (error?: unknown) => {
      this.generate(req)
      done(error)
    }
    if (req.session.live) this.destroy(req.sessionID, begin)
    else begin()
  }

  override destroy(cookieId: string, done: Done = () => {}): void {
    this.#sessions.close(cookieId).then(() => done(), done)
  }
}

function settle(start: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()))
  })
}
