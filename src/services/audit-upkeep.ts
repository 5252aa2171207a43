import { MINUTE } from '../time.js'
import type { AuditStore } from './audit-store.js'
import type { AuditWriter } from './audit-writer.js'

const COUNT_EVERY_MS = 15 * MINUTE
/** A bound for what may be in the table; each step looks at some thousand sessions. */
const MAX_STEPS = 10_000

interface Options {
  store: Pick<AuditStore, 'removeSome' | 'countPeople'>
  writer: Pick<AuditWriter, 'figure'>
  retentionMs: number
  now?: () => number
}

/** What the trail needs now and then: old records go, and people who are signed in are counted. */
export class AuditUpkeep {
  readonly #options: Required<Options>
  #countedAt = Number.NEGATIVE_INFINITY

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
  }

  /** Removes some of what is older than it is kept; returns how many rows. */
  removeOver(): Promise<number> {
    const { store, retentionMs, now } = this.#options
    return store.removeSome(new Date(now() - retentionMs))
  }

  /**
   * Notes how many people are signed in, a few times an hour, in small steps with a rest between them. All sessions count
   * that are there: those that are over have been removed a moment before.
   */
  async countPeople(rest: () => Promise<unknown>): Promise<void> {
    const { store, writer, now } = this.#options
    const time = now()
    if (Math.abs(time - this.#countedAt) < COUNT_EVERY_MS) return
    this.#countedAt = time
    let value = 0
    let after: string | undefined = ''
    for (let step = 0; after !== undefined && step < MAX_STEPS; step++) {
      if (step > 0) await rest()
      const { people, last } = await store.countPeople(after)
      value += people
      after = last
    }
    writer.figure({ figure: 'signed_in', name: 'people', detail: '', value })
  }
}
