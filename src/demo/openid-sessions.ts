import { randomBytes } from 'node:crypto'

/** Who is signed in, as an ID token says. */
export interface SignedInByOpenid {
  /** The login server's name for the session that it is part of. */
  sid: string
  claims: Record<string, unknown>
  /** Shows at logout where it comes from. */
  idToken: string
}

/** The application's own sessions, by the secrets in its cookies; a restart ends them. */
export class OpenidSessions {
  readonly #sessions = new Map<string, SignedInByOpenid>()

  /** Gives the secret for the cookie. */
  begin(signedIn: SignedInByOpenid): string {
    const secret = randomBytes(32).toString('base64url')
    this.#sessions.set(secret, signedIn)
    return secret
  }

  find(secret: string | undefined): SignedInByOpenid | undefined {
    return secret === undefined ? undefined : this.#sessions.get(secret)
  }

  /** Gives what it was, where there was one. */
  end(secret: string | undefined): SignedInByOpenid | undefined {
    const ended = this.find(secret)
    if (secret !== undefined) this.#sessions.delete(secret)
    return ended
  }

  /** Ends all that are part of this session of the login server. */
  endAllOf(sid: string): void {
    for (const [secret, session] of this.#sessions) if (session.sid === sid) this.#sessions.delete(secret)
  }
}
