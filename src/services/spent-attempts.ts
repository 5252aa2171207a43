import { AppError } from '../errors.js'

/** Far more than can be under way in one process within LOGIN_TIMEOUT; what is older has its cookie marked as well. */
const MAX_KEPT = 50_000

interface Entry<T> {
  fingerprint: string
  spentAt: number
  outcome: 'pending' | 'succeeded' | 'failed'
  /** Kept until somebody has been told. */
  result: Promise<T> | undefined
}

/**
 * Lets each login attempt ask DingTalk once, even when the answer never reached the browser: the code may be spent all the same.
 * The same callback that comes again before the first was answered shares its outcome. Held in memory, for this process.
 */
export class SpentAttempts<T> {
  readonly #entries = new Map<string, Entry<T>>()
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
    const known = this.#entries.get(state)
    if (known?.result && known.fingerprint === fingerprint) return known.result
    if (known) return Promise.reject(new AppError('attempt_missing'))

    const result = work()
    const entry: Entry<T> = { fingerprint, spentAt: this.#now(), outcome: 'pending', result }
    this.#forgetOld()
    this.#entries.set(state, entry)
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
    const entry = this.#entries.get(state)
    if (entry) entry.result = undefined
  }

  /** Whether this state ended in success and somebody was told so. */
  hasSucceeded(state: string): boolean {
    const entry = this.#entries.get(state)
    return entry?.outcome === 'succeeded' && entry.result === undefined
  }

  #forgetOld(): void {
    for (const [state, { spentAt, outcome }] of this.#entries) {
      const old = this.#now() - spentAt > this.#keptMs && outcome !== 'pending'
      if (!old && this.#entries.size < MAX_KEPT) return
      this.#entries.delete(state)
    }
  }
}
