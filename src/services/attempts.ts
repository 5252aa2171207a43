import { hash, randomBytes } from 'node:crypto'
import { AppError } from '../errors.js'

/** Far more than can be under way in one process within LOGIN_TIMEOUT; what is older has its cookie marked as well. */
const MAX_KEPT = 50_000
const STATE_BYTES = 32
const KEY_BYTES = 16

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
  /** Those that are over, with when their code was spent. */
  readonly #over = { succeeded: new Map<string, number>(), failed: new Map<string, number>() }
  readonly #options: Options

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * DingTalk has no PKCE: an unguessable state, bound to the browser and used once, is all there is against login
   * CSRF (RFC 9700 §2.1, https://www.rfc-editor.org/rfc/rfc9700#section-2.1).
   */
  begin(target: string, way: LoginWay): LoginAttempt {
    const state = randomBytes(STATE_BYTES).toString('base64url')
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
    return succeeded || this.#over.succeeded.has(keyOf(state))
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
    if (unsent || this.#isOver(key)) throw new AppError('attempt_missing')

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
    this.#over[unsent.outcome === 'succeeded' ? 'succeeded' : 'failed'].set(key, unsent.spentAt)
  }

  #isOver(key: string): boolean {
    return this.#over.succeeded.has(key) || this.#over.failed.has(key)
  }

  /** The oldest stand first. */
  #forgetOld(): void {
    const isOld = (spentAt: number) => this.#options.now() - spentAt > this.#options.timeoutMs
    for (const [key, { spentAt, outcome }] of this.#unsent) {
      if (!(isOld(spentAt) && outcome !== 'pending') && this.#unsent.size < MAX_KEPT) break
      this.#unsent.delete(key)
    }
    for (const over of Object.values(this.#over)) {
      for (const [key, spentAt] of over) {
        if (!isOld(spentAt) && over.size < MAX_KEPT) break
        over.delete(key)
      }
    }
  }
}

/**
 * The first half of the state's random bytes: as many as nobody guesses, and half of what tens of thousands take in memory.
 * @NOTE a copy, as the state is a slice of the cookie's text and would keep all of that.
 */
function keyOf(state: string): string {
  return Buffer.from(state, 'base64url').toString('latin1', 0, KEY_BYTES)
}
