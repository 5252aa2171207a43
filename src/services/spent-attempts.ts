import { AppError } from '../errors.js'

/** Far more than can be under way in one process within LOGIN_TIMEOUT; what is older has its cookie marked as well. */
const MAX_KEPT = 50_000

/** An attempt whose outcome nobody has been told yet. */
interface Untold<T> {
  fingerprint: string
  spentAt: number
  outcome: 'pending' | 'succeeded' | 'failed'
  result: Promise<T>
}

/** What is left to know of one that is over. */
interface Told {
  spentAt: number
  hasSucceeded: boolean
}

/**
 * Lets each login attempt ask DingTalk once, even when the answer never reached the browser: the code may be spent all the same.
 * The same callback that comes again before the first was answered shares its outcome. Held in memory, for this process.
 */
export class SpentAttempts<T> {
  readonly #untold = new Map<string, Untold<T>>()
  readonly #told = new Map<string, Told>()
  readonly #keptMs: number
  readonly #now: () => number

  constructor({ keptMs, now }: { keptMs: number; now: () => number }) {
    this.#keptMs = keptMs
    this.#now = now
  }

  /**
   * Runs `work` if this state is fresh; `fingerprint` tells the same callback from another one with the same state.
   * @throws {AppError} `attempt_missing` where the state is spent
   */
  once(state: string, fingerprint: string, work: () => Promise<T>): Promise<T> {
    const key = keyOf(state)
    const untold = this.#untold.get(key)
    if (untold?.fingerprint === fingerprint) return untold.result
    if (untold || this.#told.has(key)) return Promise.reject(new AppError('attempt_missing'))

    const result = work()
    const entry: Untold<T> = { fingerprint, spentAt: this.#now(), outcome: 'pending', result }
    this.#forgetOld()
    this.#untold.set(key, entry)
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

  /** The outcome has been told: from now on the callback has come and gone. */
  release(state: string): void {
    const key = keyOf(state)
    const untold = this.#untold.get(key)
    if (!untold) return
    this.#untold.delete(key)
    this.#told.set(key, { spentAt: untold.spentAt, hasSucceeded: untold.outcome === 'succeeded' })
  }

  /** Whether this state ended in success and somebody was told so. */
  hasSucceeded(state: string): boolean {
    return this.#told.get(keyOf(state))?.hasSucceeded ?? false
  }

  /** The oldest stand first. */
  #forgetOld(): void {
    const isOld = (spentAt: number) => this.#now() - spentAt > this.#keptMs
    for (const [key, { spentAt, outcome }] of this.#untold) {
      if (!(isOld(spentAt) && outcome !== 'pending') && this.#untold.size < MAX_KEPT) break
      this.#untold.delete(key)
    }
    for (const [key, { spentAt }] of this.#told) {
      if (!isOld(spentAt) && this.#told.size < MAX_KEPT) break
      this.#told.delete(key)
    }
  }
}

/** The state's 32 bytes. @NOTE the text itself is a part of the cookie's, and would keep all of that in memory. */
function keyOf(state: string): string {
  return Buffer.from(state, 'base64url').toString('latin1')
}
