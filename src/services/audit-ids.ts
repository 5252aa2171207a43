import { randomInt } from 'node:crypto'

const DIGITS = 12
const RANDOM = 2 ** 47

/** What the ids of this time begin with, and what is before each of them. */
export function idAt(ms: number): string {
  return Math.max(0, Math.trunc(ms)).toString(16).padStart(DIGITS, '0').slice(-DIGITS)
}

/** Makes the ids of records: those of one process and one millisecond are in the order in which they were made. */
export class AuditIds {
  #ms = Number.NaN
  #rest = 0

  next(ms: number): string {
    this.#rest = ms === this.#ms ? this.#rest + 1 : randomInt(RANDOM)
    this.#ms = ms
    return idAt(ms) + this.#rest.toString(16).padStart(DIGITS, '0')
  }
}
