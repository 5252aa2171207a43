/** The emulator's own time, which tests move without touching the machine's. */
export class Clock {
  readonly #base: () => number
  #offsetMs = 0

  constructor(base: () => number) {
    this.#base = base
  }

  now(): number {
    return this.#base() + this.#offsetMs
  }

  move(byMs: number): void {
    if (!Number.isFinite(byMs)) throw new TypeError(`The clock moves by milliseconds, not by ${byMs}`)
    this.#offsetMs += byMs
  }

  reset(): void {
    this.#offsetMs = 0
  }
}
