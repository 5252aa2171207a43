import type { AuditRecord } from '../../services/audit-trail.js'
import type { Dice } from './dice.js'

export type Told = Pick<AuditRecord, 'at' | 'event'> & Partial<Omit<AuditRecord, 'id' | 'at' | 'event'>>

/** What has happened so far, up to the present. */
export class Journal {
  readonly #dice: Dice
  readonly #until: Date
  readonly #records: AuditRecord[] = []

  constructor(dice: Dice, until: Date) {
    this.#dice = dice
    this.#until = until
  }

  /** Returns whether it has happened: what is yet to come does not count. */
  tell(told: Told): boolean {
    if (told.at >= this.#until) return false
    const id = told.at.getTime().toString(16).padStart(12, '0') + this.#dice.hex(12)
    this.#records.push({ ...nothingElse, ...told, id })
    return true
  }

  /** In the order of time. */
  records(): AuditRecord[] {
    return this.#records.sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}

const nothingElse = {
  ...{ outcome: null, userId: null, application: null, administratorId: null, sessionId: null },
  ...{ requestId: null, ip: null, userAgent: null, details: null },
}

/** For how many events a record stands. */
export function timesOf({ details }: Pick<AuditRecord, 'details'>): number {
  const { count } = details ?? {}
  return typeof count === 'number' ? count : 1
}
