interface Options {
  maxRunning: number
  /** How many more may wait for their turn. */
  maxWaiting: number
}

/** Lets some work run at a time and some more wait, first come first served; what is beyond is turned away at once. */
export class ConcurrencyLimit {
  readonly #options: Options
  readonly #waiting = new Set<() => void>()
  #running = 0

  constructor(options: Options) {
    this.#options = options
  }

  /** Waits for a place, until the signal; false where there is none. Who got one must `leave`. */
  async enter(signal?: AbortSignal): Promise<boolean> {
    const { maxRunning, maxWaiting } = this.#options
    if (this.#running < maxRunning) {
      this.#running++
      return true
    }
    if (this.#waiting.size >= maxWaiting || signal?.aborted) return false
    return new Promise((resolve) => {
      const goOn = () => {
        signal?.removeEventListener('abort', giveUp)
        resolve(true)
      }
      const giveUp = () => {
        this.#waiting.delete(goOn)
        resolve(false)
      }
      this.#waiting.add(goOn)
      signal?.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** Gives the place to the next who waits. */
  leave(): void {
    const [next] = this.#waiting
    if (next) {
      this.#waiting.delete(next)
      next()
    } else this.#running--
  }
}
