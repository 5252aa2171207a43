import { createHmac, hash } from 'node:crypto'
import type { CookieOptions, Request, Response } from 'express'
import type { LoginAttempt } from '../services/attempts.js'
import { DAY } from '../time.js'
import { CookieSignature, cookiesNamed } from './signed-cookie.js'

/** Names and values of all attempts together: far below what servers and proxies take as a cookie header. */
const MAX_HEADER_BYTES = 6000

/** State, time, the way (`c` for the client), whether it succeeded, target: none of them holds a line end. */
const PAYLOAD = /^([\w-]{43})\n(\d{1,16})\n(c?)([01])\n([\x21-\x7e]+)$/

/** So many go with one response, the others with the next: each takes a line of it. */
const MAX_EXPIRED = 50

interface KnownCookie {
  name: string
  bytes: number
  startedAt: number
}

interface Options {
  secrets: readonly string[]
  secure: boolean
  timeoutMs: number
}

/** The login-attempt cookies: each binds one `state` to this browser. */
export class AttemptCookies {
  readonly #signature: CookieSignature
  readonly #prefix: string
  readonly #cookie: CookieOptions

  constructor({ secrets, secure, timeoutMs }: Options) {
    this.#signature = new CookieSignature(secrets.map(attemptSecret))
    this.#prefix = secure ? '__Host-login.' : 'login.'
    // The cookie outlives the attempt, so that "took too long" can be told from "not begun here".
    this.#cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: timeoutMs + DAY }
  }

  /** Binds the attempt to this browser. The oldest ones go when they would make the cookie header too long. */
  begin(req: Request, res: Response, attempt: LoginAttempt): void {
    let bytes = this.#write(res, attempt)
    const newestFirst = this.#sent(req).sort((a, b) => b.startedAt - a.startedAt)
    const tooMany = newestFirst.filter((known) => {
      bytes += known.bytes
      return known.startedAt === 0 || bytes > MAX_HEADER_BYTES
    })
    for (const { name } of tooMany.slice(0, MAX_EXPIRED)) this.#expire(res, name)
  }

  /** The attempt that this browser's cookie for this state holds: whether it is of this state, the login judges. */
  read(req: Request, state: string): LoginAttempt | undefined {
    return this.#firstOf(req, this.#name(state))
  }

  /** Remembers that the attempt ended in a login, so that a reload of the callback goes on to its target. */
  markSucceeded(res: Response, attempt: LoginAttempt): void {
    this.#write(res, { ...attempt, succeeded: true })
  }

  /** Takes an attempt back that has failed: its code may be spent. */
  drop(res: Response, { state }: LoginAttempt): void {
    this.#expire(res, this.#name(state))
  }

  #name(state: string): string {
    return this.#prefix + hash('sha256', state, 'base64url').slice(0, 16)
  }

  #write(res: Response, attempt: LoginAttempt): number {
    const { state, startedAt, way, succeeded, target } = attempt
    const name = this.#name(state)
    const flags = `${way === 'client' ? 'c' : ''}${succeeded ? 1 : 0}`
    const value = Buffer.from([state, startedAt, flags, target].join('\n')).toString('base64url')
    res.cookie(name, this.#signature.sign(value), this.#cookie)
    return name.length + value.length
  }

  #expire(res: Response, name: string): void {
    const { maxAge: _, ...cookie } = this.#cookie
    res.clearCookie(name, cookie)
  }

  #parse(signed: string): LoginAttempt | undefined {
    const value = this.#signature.verify(signed)
    if (value === undefined) return undefined
    const [, state, startedAt, mark, succeeded, target] = PAYLOAD.exec(Buffer.from(value, 'base64url').toString()) ?? []
    if (state === undefined || target === undefined) return undefined
    const way = mark === 'c' ? 'client' : 'scan'
    return { state, way, target, startedAt: Number(startedAt), succeeded: succeeded === '1' }
  }

  /**
   * All that this browser sent, by name, with their length as sent; one that cannot be verified began at 0.
   * Each cookie is looked at once: a header full of them must not cost more than reading it.
   */
  #sent(req: Request): KnownCookie[] {
    const known = new Map<string, KnownCookie>()
    for (const pair of (req.headers.cookie ?? '').split(';')) {
      const name = pair.split('=', 1)[0]?.trim() ?? ''
      if (!name.startsWith(this.#prefix) || !/^[\w.-]+$/.test(name)) continue
      const startedAt = this.#parse(cookiesNamed(name, pair)[0] ?? '')?.startedAt ?? 0
      const before = known.get(name)
      known.set(name, {
        name,
        bytes: pair.length + (before?.bytes ?? 0),
        startedAt: Math.max(startedAt, before?.startedAt ?? 0),
      })
    }
    return [...known.values()]
  }

  /** Of several cookies of one name the first that verifies. */
  #firstOf(req: Request, name: string): LoginAttempt | undefined {
    for (const value of cookiesNamed(name, req.headers.cookie)) {
      const attempt = this.#parse(value)
      if (attempt) return attempt
    }
    return undefined
  }
}

/** A key of its own: a signature made for one kind of cookie is worth nothing for the other. */
function attemptSecret(secret: string): string {
  return createHmac('sha256', secret).update('login attempt').digest('base64')
}
