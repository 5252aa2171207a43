/** A run that means that DingTalk is away: where one call in ten fails, ten in a row are no accident. */
const FAILURES_IN_A_ROW = 10

interface Options {
  /** For how long nothing is asked after a run of errors such as this one; 0: DingTalk did respond. */
  pauseMs: (error: unknown) => number
  onOpen: () => void
  onClose: () => void
  now: () => number
}

/**
 * Stops asking while DingTalk is away: after a run of failures no call is made for a few seconds, then one is let
 * through, and its outcome decides. Never repeats a call.
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

  /** Whether a call must not be made. A clock that is put back ends the pause rather than prolonging it. */
  get isOpen(): boolean {
    if (this.#openedAt === undefined) return false
    const openMs = this.#options.now() - this.#openedAt
    return this.#isProbing || (openMs >= 0 && openMs < this.#pauseMs)
  }

  /** Runs a call and learns from its outcome. Not to be called while `isOpen`. */
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
    // While it is open the probe alone decides: a call that began before says nothing about now.
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
