import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { CookieOptions, Request, Response } from 'express'
import { HOUR } from '../time.js'
import { CookieSignature, cookiesNamed } from './signed-cookie.js'

/** How long after a scan the console can be used. */
const MAX_AGE_MS = 12 * HOUR

interface Options {
  secrets: readonly string[]
  /** Whether browsers come by https. */
  secure: boolean
  now: () => number
}

/** A scan for the console: whose, in which session, and when. */
interface Pass {
  userId: string
  /** The ids of the session cookies that this browser sent, those that are alive. */
  sessionIds: readonly string[]
}

/**
 * The console's own cookie: a scan of this person in this session within the last twelve hours. It is host-only, as the
 * session's may be shared with sibling hosts: who has that one alone does not get in.
 */
export class ConsolePasses {
  readonly #name: string
  readonly #cookie: CookieOptions
  readonly #signature: CookieSignature
  readonly #formKeys: readonly string[]
  readonly #now: () => number

  constructor({ secrets, secure, now }: Options) {
    this.#name = `${secure ? '__Host-' : ''}console`
    this.#cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure }
    this.#signature = new CookieSignature(secrets.map((secret) => keyFor(secret, 'console pass')))
    this.#formKeys = secrets.map((secret) => keyFor(secret, 'console form'))
    this.#now = now
  }

  /** `sessionId` is the session cookie's. */
  grant(res: Response, { userId, sessionId }: { userId: string; sessionId: string }): void {
    const value = this.#signature.sign(`${userId}.${hashOf(sessionId)}.${this.#now()}`)
    res.cookie(this.#name, value, { ...this.#cookie, maxAge: MAX_AGE_MS })
  }

  /** The pass that this browser has for this person and session, as a text to bind forms to. */
  find(req: Request, { userId, sessionIds }: Pass): string | undefined {
    const hashes = sessionIds.map(hashOf)
    return cookiesNamed(this.#name, req.headers.cookie).find((signed) => {
      const [owner, session = '', scannedAt] = this.#signature.verify(signed)?.split('.') ?? []
      // One of the future was given before the clock was put back: it may be of any age.
      const ageMs = this.#now() - Number(scannedAt)
      return owner === userId && hashes.includes(session) && ageMs >= 0 && ageMs < MAX_AGE_MS
    })
  }

  /** What a form has to carry, so that no other page can send it. */
  formToken(pass: string): string {
    return tokenOf(pass, this.#formKeys[0] ?? '')
  }

  isFormToken(token: string, pass: string): boolean {
    return this.#formKeys.some((key) => isSame(token, tokenOf(pass, key)))
  }
}

function tokenOf(pass: string, key: string): string {
  return createHmac('sha256', key).update(pass).digest('base64url')
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [given, expected].map((text) => hash('sha256', text, 'buffer'))
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

function hashOf(sessionId: string): string {
  return hash('sha256', sessionId, 'base64url')
}

/** A key for each purpose: what is signed for one is worth nothing for another. */
function keyFor(secret: string, purpose: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64')
}
