import { hash, randomBytes } from 'node:crypto'
import { AppError } from '../errors.js'

/** Far more than can be under way in one process within LOGIN_TIMEOUT; what is older has its cookie marked as well. */
const MAX_KEPT = 50_000

/** By what a login is proved: the code of a scan or of DingTalk's own page, or the DingTalk client's. */
export type LoginWay = 'scan' | 'client'

/** What binds one `state` to one browser, between `/ding_url` and `/callback`. */
export interface LoginAttempt {
  state: string
  /** No other kind of code counts for it. */
  way: LoginWay
  /** Where the browser lands after the login; judged when the attempt began. */
  target: string
  /** Milliseconds since 1970. */
  startedAt: number
  succeeded: boolean
}

/** One whose code is spent and whose response is not sent yet. */
interface Unsent<T> {
  fingerprint: string
  spentAt: number
  outcome: 'pending' | 'succeeded' | 'failed'
  result: Promise<T>
}

/** What is left to know of one that is over. */
interface Over {
  spentAt: number
  hasSucceeded: boolean
}

interface Options {
  timeoutMs: number
  now: () => number
}

/**
 * The life of a login attempt: it begins with a state, is too old after LOGIN_TIMEOUT, and asks DingTalk once, even
 * when the response never reached the browser, as the code may be spent all the same. The same callback that comes
 * again before the first has its response shares its outcome. Held in memory, for this process.
 */
export class Attempts<T> {
  readonly #unsent = new Map<string, Unsent<T>>()
  readonly #over = new Map<string, Over>()
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * DingTalk has no PKCE: an unguessable state, bound to the browser and used once, is all there is against login
   * CSRF (RFC 9700 §2.1, https://www.rfc-editor.org/rfc/rfc9700#section-2.1).
   */
  begin(target: string, way: LoginWay): LoginAttempt {
    const state = randomBytes(32).toString('base64url')
    return { state, way, target, startedAt: this.#options.now(), succeeded: false }
  }

  /**
   * Whether LOGIN_TIMEOUT has passed. One that began in the future did so before the clock was put back: it may be of
   * any age.
   */
  isTooOld({ startedAt }: LoginAttempt): boolean {
    return Math.abs(this.#options.now() - startedAt) > this.#options.timeoutMs
  }

  /** Whether it ended in a login whose response was sent. */
  hasSucceeded({ state, succeeded }: LoginAttempt): boolean {
    return succeeded || (this.#over.get(keyOf(state))?.hasSucceeded ?? false)
  }

  /**
   * Spends the attempt's code with `exchange`, if neither is spent yet.
   * @throws {AppError} `attempt_missing` where another code came with this state, or the attempt is over
   */
  spend({ state }: LoginAttempt, code: string, exchange: () => Promise<T>): Promise<T> {
    const key = keyOf(state)
    const fingerprint = hash('sha256', code, 'base64url')
    const unsent = this.#unsent.get(key)
    if (unsent?.fingerprint === fingerprint) return unsent.result
    if (unsent || this.#over.has(key)) throw new AppError('attempt_missing')

    const result = exchange()
    const entry: Unsent<T> = { fingerprint, spentAt: this.#options.now(), outcome: 'pending', result }
    this.#forgetOld()
    this.#unsent.set(key, entry)
    result.then(
      () => {
        entry.outcome = 'succeeded'
      },
      () => {
        entry.outcome = 'failed'
      },
    )
    return result
  }

  /** The callback has its response: one that comes later is not of the same moment. */
  responseSent({ state }: LoginAttempt): void {
    const key = keyOf(state)
    const unsent = this.#unsent.get(key)
    if (!unsent) return
    this.#unsent.delete(key)
    this.#over.set(key, { spentAt: unsent.spentAt, hasSucceeded: unsent.outcome === 'succeeded' })
  }

  /** The oldest stand first. */
  #forgetOld(): void {
    const isOld = (spentAt: number) => this.#options.now() - spentAt > this.#options.timeoutMs
    for (const [key, { spentAt, outcome }] of this.#unsent) {
      if (!(isOld(spentAt) && outcome !== 'pending') && this.#unsent.size < MAX_KEPT) break
      this.#unsent.delete(key)
    }
    for (const [key, { spentAt }] of this.#over) {
      if (!isOld(spentAt) && this.#over.size < MAX_KEPT) break
      this.#over.delete(key)
    }
  }
}

/** A copy. @NOTE the state itself is a slice of the cookie's text, and would keep all of that in memory. */
function keyOf(state: string): string {
  return Buffer.from(state).toString()
}
