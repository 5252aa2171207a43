interface Options {
  maxRunning: number
  /** How many more may wait for their turn. */
  maxWaiting: number
}

/** Lets so much work run at a time and so much more wait, first come first served; the rest is turned away at once. */
export class ConcurrencyLimit {
  readonly #options: Options
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** Waits for a place, no longer than `maxWaitMs`; returns false where there is none. Who got one must `leave`. */
  async enter(maxWaitMs?: number): Promise<boolean> {
    const { maxRunning, maxWaiting } = this.#options
    if (this.#running < maxRunning) {
      this.#running++
      return true
    }
    if (this.#waiting.size >= maxWaiting) return false
    return new Promise((resolve) => {
      const goOn = () => {
        clearTimeout(patience)
        resolve(true)
      }
      const giveUp = () => {
        this.#waiting.delete(goOn)
        resolve(false)
      }
      const patience = maxWaitMs === undefined ? undefined : setTimeout(giveUp, maxWaitMs)
      this.#waiting.add(goOn)
    })
  }

  /** Hands the place to the next who waits. */
  leave(): void {
    const [next] = this.#waiting
    if (next) {
      this.#waiting.delete(next)
      next()
    } else this.#running--
  }
}
