/** So many failures in a row mean that DingTalk is away; where one call in ten fails, that happens by chance once in ten thousand million. */
const FAILURES_IN_A_ROW = 10

interface Options {
  /** For how long nothing is asked after a run of errors such as this one, in milliseconds; 0: it is an answer. */
  pauseMs: (error: unknown) => number
  onOpen: () => void
  onClose: () => void
  now: () => number
}

/**
 * Stops asking somebody who is away: after a run of failures nothing is asked for a few seconds, then one call is let through, and
 * its outcome decides. Never repeats a call.
 */
export class CircuitBreaker {
  readonly #options: Options
  #failures = 0
  #openedAt: number | undefined
  #pauseMs = 0
  #isProbing = false

  constructor(options: Options) {
    this.#options = options
  }

  /** Whether a call would be refused. A clock that was put back does not prolong it. */
  get isOpen(): boolean {
    if (this.#openedAt === undefined) return false
    const openMs = this.#options.now() - this.#openedAt
    return this.#isProbing || (openMs >= 0 && openMs < this.#pauseMs)
  }

  /** Runs a call, which must not be begun while the breaker is open. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    const isProbe = this.#openedAt !== undefined
    this.#isProbing ||= isProbe
    try {
      const result = await call()
      this.#settle(isProbe, 0)
      return result
    } catch (error) {
      this.#settle(isProbe, this.#options.pauseMs(error))
      throw error
    }
  }

  #settle(isProbe: boolean, pauseMs: number): void {
    if (isProbe) this.#isProbing = false
    // While it is open the probe alone decides: what began before says nothing of now.
    else if (this.#openedAt !== undefined) return

    if (pauseMs === 0) {
      this.#failures = 0
      this.#openedAt = undefined
      if (isProbe) this.#options.onClose()
    } else if (isProbe || ++this.#failures >= FAILURES_IN_A_ROW) {
      this.#openedAt = this.#options.now()
      this.#pauseMs = pauseMs
      if (!isProbe) this.#options.onOpen()
    }
  }
}
