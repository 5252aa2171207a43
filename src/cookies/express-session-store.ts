import session from 'express-session'

/**
 * What is left for express-session to do: at a login it signs the session's cookie and sends it.
 * It never reads a session: most requests only ask who is signed in, and `BrowserSessions` finds that out in one
 * statement. Nor does it write one: the login opens it before the cookie is sent, so that no cookie is without its row.
 * So this store finds nothing, and has nothing to keep.
 */
export class NothingToStore extends session.Store {
  override get(_cookieId: string, done: (error: unknown, session?: session.SessionData | null) => void): void {
    done(null, null)
  }

  override set(_cookieId: string, _session: session.SessionData, done: () => void = () => {}): void {
    done()
  }

  override touch(_cookieId: string, _session: session.SessionData, done: () => void = () => {}): void {
    done()
  }

  override destroy(_cookieId: string, done: () => void = () => {}): void {
    done()
  }
}
