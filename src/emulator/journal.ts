import { EventEmitter, once } from 'node:events'
import type { Request } from 'express'
import type { ApiCall } from './apis/faults.js'
import type { Clock } from './clock.js'

/**
 * What was asked: an API, an authorize page, or the phone's half of a scan (`scan` opens it, `consent` decides).
 * `redirect-target` is a client that follows the fault `redirect`, `unknown` a path that DingTalk does not have.
 */
export type JournalCall = ApiCall | 'authorize' | 'scan' | 'consent' | 'redirect-target' | 'unknown'

/** One request. */
export interface JournalEntry {
  at: number
  call: JournalCall
  /** `ok`, DingTalk's errcode or code, or the name of the fault. */
  outcome: string
  method: string
  /** Without the query, which may hold tokens, codes and secrets. */
  path: string
  personId?: string
  ip: string
}

const KEPT_ENTRIES = 10_000

/** Keeps what was asked, oldest first. */
export class Journal {
  readonly #clock: Clock
  readonly #events = new EventEmitter<Record<JournalCall, [JournalEntry]>>().setMaxListeners(0)
  #entries: JournalEntry[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  entries(): JournalEntry[] {
    return [...this.#entries]
  }

  reset(): void {
    this.#entries = []
  }

  record(call: JournalCall, outcome: string, req: Request, personId?: string): void {
    const entry: JournalEntry = Object.freeze({
      at: this.#clock.now(),
      call,
      outcome,
      method: req.method,
      path: pathOf(req),
      ...(personId !== undefined && { personId }),
      ip: req.socket.remoteAddress ?? '',
    })
    this.#entries.push(entry)
    if (this.#entries.length > KEPT_ENTRIES) this.#entries.shift()
    this.#events.emit(call, entry)
  }

  /** The next entry of this kind. */
  async next(call: JournalCall): Promise<JournalEntry> {
    const [entry] = await once(this.#events, call)
    return entry
  }
}

function pathOf(req: Request): string {
  return req.originalUrl.split('?', 1)[0] ?? ''
}
