import { createHash, createHmac } from 'node:crypto'
import cookieParser from 'cookie-parser'
import type { CookieOptions, Request, RequestHandler, Response } from 'express'
import type { LoginAttempt } from '../services/login.js'
import { DAY } from '../time.js'

/** Names and values of all attempts together: far below what servers and proxies take as a cookie header. */
const MAX_HEADER_BYTES = 6000

/** State, time, whether it succeeded, target: none of them holds a line end. */
const PAYLOAD = /^([\w-]{43})\n(\d{1,16})\n([01])\n([\x21-\x7e]+)$/

interface Options {
  secrets: readonly string[]
  secure: boolean
  timeoutMs: number
}

/** The login-attempt cookies: each binds one `state` to this browser. */
export class AttemptCookies {
  /** Reads and verifies the cookies; goes before the routes that use them. */
  readonly middleware: RequestHandler
  readonly #prefix: string
  readonly #cookie: CookieOptions

  constructor({ secrets, secure, timeoutMs }: Options) {
    // Keys of their own: a signature made for one kind of cookie is worth nothing for the other.
    this.middleware = cookieParser(secrets.map((s) => createHmac('sha256', s).update('login attempt').digest('base64')))
    this.#prefix = secure ? '__Host-login.' : 'login.'
    // The cookie outlives the attempt, so that "took too long" can be told from "not begun here".
    this.#cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure, maxAge: timeoutMs + DAY, signed: true }
  }

  /** Binds the attempt to this browser. The oldest ones go when they would make the cookie header too long. */
  begin(req: Request, res: Response, attempt: LoginAttempt): void {
    let bytes = this.#write(res, attempt)
    for (const known of this.#sent(req).sort((a, b) => b.startedAt - a.startedAt)) {
      bytes += known.bytes
      if (known.startedAt === 0 || bytes > MAX_HEADER_BYTES) this.#expire(res, known.name)
    }
  }

  /** The attempt that this browser began with this state. */
  read(req: Request, state: string): LoginAttempt | undefined {
    const attempt = this.#parse(req.signedCookies[this.#name(state)])
    return attempt?.state === state ? attempt : undefined
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
    return this.#prefix + createHash('sha256').update(state).digest('base64url').slice(0, 16)
  }

  #write(res: Response, attempt: LoginAttempt): number {
    const { state, startedAt, succeeded, target } = attempt
    const name = this.#name(state)
    const value = Buffer.from([state, startedAt, succeeded ? 1 : 0, target].join('\n')).toString('base64url')
    res.cookie(name, value, this.#cookie)
    return name.length + value.length
  }

  #expire(res: Response, name: string): void {
    const { maxAge: _, ...cookie } = this.#cookie
    res.clearCookie(name, cookie)
  }

  #parse(value: unknown): LoginAttempt | undefined {
    if (typeof value !== 'string') return undefined
    const [, state, startedAt, succeeded, target] = PAYLOAD.exec(Buffer.from(value, 'base64url').toString()) ?? []
    if (state === undefined || target === undefined) return undefined
    return { state, target, startedAt: Number(startedAt), succeeded: succeeded === '1' }
  }

  /** All that this browser sent, as long as they came; one that cannot be verified began at 0. */
  #sent(req: Request): { name: string; bytes: number; startedAt: number }[] {
    return (req.headers.cookie ?? '')
      .split(';')
      .map((pair) => ({ name: pair.split('=', 1)[0]?.trim() ?? '', bytes: pair.length }))
      .filter(({ name }) => name.startsWith(this.#prefix) && /^[\w.-]+$/.test(name))
      .map(({ name, bytes }) => ({ name, bytes, startedAt: this.#parse(req.signedCookies[name])?.startedAt ?? 0 }))
  }
}
