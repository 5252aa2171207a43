import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '../errors.js'
import { bugFields, errorFields, type LogFields } from '../log.js'
import { SECOND, withinOr } from '../time.js'
import { RecordBound, shortened } from './audit-bounds.js'
import { AuditIds } from './audit-ids.js'
import type { AuditStore } from './audit-store.js'
import type { AuditEntry, AuditRecord, HourlyFigure, Trail } from './audit-trail.js'
import { HourlyFigures } from './hourly-figures.js'
import type { Metrics } from './metrics.js'

/** How many records wait for the database at most: some ten megabytes. */
export const MAX_WAITING = 10_000
/** A multiple of what one statement takes. */
const BATCH = 256
const FIGURES_AT_ONCE = 50
const WRITE_AFTER_MS = SECOND
/** While the database is away, it is asked again after a second at first, and at last each ten. */
const MAX_PAUSE_MS = 10 * SECOND
/** The upper bounds of calls' times, in milliseconds. */
const BUCKETS = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]
const LONGEST = 60_000

interface Options {
  store: Pick<AuditStore, 'insert' | 'add'>
  log: { warn(fields: LogFields, message: string): void; error(fields: LogFields, message: string): void }
  metrics?: Pick<Metrics, 'auditDropped'> | undefined
  now?: () => number
}

/** Writes the audit trail into the database, some records at a time, so that nobody waits for it. */
export class AuditWriter implements Trail {
  readonly #options: Options
  readonly #now: () => number
  readonly #ids = new AuditIds()
  readonly #bound = new RecordBound()
  readonly #figures = new HourlyFigures()
  #waiting: AuditRecord[] = []
  #dropped = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined
  #pauseMs = 0
  #isClosed = false

  constructor(options: Options) {
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  record(entry: AuditEntry, times = 1): void {
    const { event, outcome, application } = entry
    this.figure({ figure: 'event', name: event, detail: outcome ?? '', value: times })
    if (application) this.figure({ figure: 'application', name: application, detail: event, value: times })
    const now = this.#now()
    if (!this.#bound.takes(entry, now)) return
    if (this.#waiting.length >= MAX_WAITING) this.#drop(1)
    else this.#waiting.push({ id: this.#ids.next(now), at: new Date(now), ...shortened(entry) })
    if (this.#waiting.length === BATCH && this.#pauseMs === 0) this.#schedule(0)
  }

  count(event: string): void {
    this.figure({ figure: 'event', name: event, detail: '', value: 1 })
  }

  countCall(call: string, outcome: string, ms: number): void {
    const bucket = BUCKETS.find((bound) => ms <= bound) ?? LONGEST
    this.figure({ figure: 'call', name: call, detail: `${outcome} ${bucket}`, value: 1 })
  }

  figure(figure: Omit<HourlyFigure, 'hour'>): void {
    this.#figures.add(this.#now(), figure)
    this.#schedule(WRITE_AFTER_MS)
  }

  /** Writes what waits, for so many milliseconds at most. */
  async close(withinMs: number): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    // What is under way was begun before the last of them came.
    const written = (this.#writing ?? Promise.resolve()).then(() => this.#write())
    await withinOr(written, withinMs, undefined)
    const count = this.#waiting.length + this.#dropped
    if (count > 0) this.#options.log.error({ count }, 'records of the audit trail are lost: the log has them')
  }

  #schedule(afterMs: number): void {
    if (this.#isClosed || this.#writing || (this.#timer && afterMs > 0)) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#write(), this.#pauseMs || afterMs).unref()
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
      if (this.#waiting.length > 0 || !this.#figures.isEmpty) this.#schedule(WRITE_AFTER_MS)
    })
    return this.#writing
  }

  async #writeAll(): Promise<void> {
    try {
      await this.#writeWaiting()
      this.#pauseMs = 0
      if (this.#dropped === 0) return
      this.#tellDropped()
      await this.#writeWaiting()
    } catch (error) {
      if (this.#pauseMs === 0)
        this.#options.log.warn(fieldsOf(error), 'the audit trail waits: it could not be written into the database')
      this.#pauseMs = Math.min(this.#pauseMs * 2 || WRITE_AFTER_MS, MAX_PAUSE_MS)
    }
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH)
      await this.#insert(batch)
      this.#waiting.splice(0, batch.length)
      await turn()
    }
    while (!this.#figures.isEmpty) await this.#add(this.#figures.take(FIGURES_AT_ONCE))
  }

  /** What the database refuses for itself must not keep the others waiting. */
  async #insert(records: AuditRecord[]): Promise<void> {
    try {
      await this.#options.store.insert(records)
    } catch (error) {
      if (error instanceof AppError) throw error
      const half = records.length >> 1
      if (half > 0) {
        await this.#insert(records.slice(0, half))
        await this.#insert(records.slice(half))
        return
      }
      this.#options.log.error(bugFields(error), 'a record of the audit trail could not be written')
      this.#drop(1)
    }
  }

  async #add(figures: HourlyFigure[]): Promise<void> {
    try {
      await this.#options.store.add(figures)
    } catch (error) {
      if (error instanceof AppError) this.#figures.putBack(figures)
      throw error
    }
  }

  #drop(count: number): void {
    if (this.#dropped === 0)
      this.#options.log.error({ waiting: this.#waiting.length }, 'the audit trail loses records: the log has them')
    this.#dropped += count
    this.#options.metrics?.auditDropped(count)
  }

  #tellDropped(): void {
    const count = this.#dropped
    this.#dropped = 0
    this.#options.log.warn({ event: 'audit_dropped', count }, 'the audit trail has lost records: the log has them')
    this.record({ ...NOBODY, event: 'audit_dropped', details: { count } }, count)
  }
}

const NOBODY = {
  ...{ outcome: null, userId: null, application: null, administratorId: null },
  ...{ sessionId: null, requestId: null, ip: null, userAgent: null },
}

function fieldsOf(error: unknown): LogFields {
  return error instanceof AppError ? errorFields(error) : bugFields(error)
}
