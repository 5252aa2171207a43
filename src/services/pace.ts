interface Options {
  /** Between two turns. */
  everyMs: number
  /** So many turns come at once after a rest. */
  burst: number
  now: () => number
  wait: (ms: number) => Promise<unknown>
}

/** Lets things begin one after the other, so many in a second. */
export class Pace {
  readonly #options: Options
  #last: Promise<unknown> = Promise.resolve()
  /** When the next turn comes, if nothing had been done for long. */
  #freeAt = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** Settles when it is the caller's turn; rejects where the wait for it does. */
  turn(): Promise<void> {
    const turn = this.#last.then(() => this.#next())
    this.#last = turn.catch(() => {})
    return turn
  }

  async #next(): Promise<void> {
    const { everyMs, burst, wait } = this.#options
    const now = this.#options.now()
    // A clock that is put back makes no wait longer.
    const waitMs = Math.min(this.#freeAt - now, everyMs)
    if (waitMs > 0) await wait(waitMs)
    this.#freeAt = Math.max(Math.min(this.#freeAt, now + everyMs), now - (burst - 1) * everyMs) + everyMs
  }
}
