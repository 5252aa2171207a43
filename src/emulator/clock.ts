import { EventEmitter } from 'node:events'

/** The emulator's own time, which tests move without touching the machine's. */
export class Clock {
  readonly moves = new EventEmitter<{ move: [] }>()
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
    this.moves.emit('move')
  }

  reset(): void {
    this.#offsetMs = 0
  }
}
