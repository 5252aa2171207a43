import type { Clock } from '../clock.js'
import { directoryName, type Person } from '../person.js'

/** Somebody who was an employee, and when they left, in milliseconds. */
export interface Leaver {
  userId: string
  name: string
  leftAt: number
  stateCode?: string
  mobile?: string
}

/** The record of those who left, oldest first. Whoever comes back and leaves again is in it twice. */
export class Leavers {
  readonly #clock: Clock
  #leavers: Leaver[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  record(person: Person): void {
    const { userId, stateCode, mobile } = person
    const number = { ...(stateCode !== undefined && { stateCode }), ...(mobile !== undefined && { mobile }) }
    this.#leavers.push({ userId, name: directoryName(person), leftAt: this.#clock.now(), ...number })
    // The clock can be moved back.
    this.#leavers.sort((one, other) => one.leftAt - other.leftAt)
  }

  /** Those who left from the first time to the second, both included. */
  between(from: number, to: number): Leaver[] {
    return this.#leavers.filter(({ leftAt }) => leftAt >= from && leftAt <= to)
  }

  reset(): void {
    this.#leavers = []
  }
}
