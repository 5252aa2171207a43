import type { AuditRecord, HourlyFigure } from '../../services/audit-trail.js'
import { HOUR } from '../../time.js'
import { timesOf } from './journal.js'

type What = Pick<HourlyFigure, 'figure' | 'name' | 'detail'>

/** The hourly figures of a history. */
export class Figures {
  readonly #values = new Map<string, HourlyFigure>()

  /** Counts something at a point in time. */
  add(at: Date, what: What, times = 1): void {
    this.#at(at, what).value += times
  }

  addRecords(records: readonly AuditRecord[]): void {
    for (const record of records) {
      const { at, event, outcome, application } = record
      this.add(at, { figure: 'event', name: event, detail: outcome ?? '' }, timesOf(record))
      if (application) this.add(at, { figure: 'application', name: application, detail: event })
    }
  }

  /** The most people at a time, as far as an hour tells: those who were signed in within it. */
  addSignedIn(stays: readonly { userId: string; from: Date; until: Date }[]): void {
    const people = new Map<number, Set<string>>()
    for (const { userId, from, until } of stays)
      for (let hour = hourOf(from); hour < until.getTime(); hour += HOUR)
        people.set(hour, (people.get(hour) ?? new Set()).add(userId))
    for (const [hour, { size }] of people)
      this.add(new Date(hour), { figure: 'signed_in', name: 'people', detail: '' }, size)
  }

  all(): HourlyFigure[] {
    return [...this.#values.values()].sort((a, b) => a.hour.getTime() - b.hour.getTime())
  }

  #at(at: Date, what: What): HourlyFigure {
    const hour = hourOf(at)
    const key = [hour, what.figure, what.name, what.detail].join('\n')
    const figure = this.#values.get(key) ?? { ...what, hour: new Date(hour), value: 0 }
    this.#values.set(key, figure)
    return figure
  }
}

function hourOf(at: Date): number {
  return Math.floor(at.getTime() / HOUR) * HOUR
}
