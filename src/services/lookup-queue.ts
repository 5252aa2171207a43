import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { ConcurrencyLimit } from '../concurrency-limit.js'
import { AppError } from '../errors.js'
import { MINUTE, SECOND } from '../time.js'
import type { DirectoryPerson } from './directory.js'
import { Pace } from './pace.js'

/** A quarter of what DingTalk lets an application ask of one API in a second: the rest is for logins. */
const EVERY_MS = SECOND / 5
/** So many are looked up without a pause after a rest. */
const BURST = 5
const MAX_RUNNING = 8
const MAX_KEPT = 50_000
/** After a lookup that failed; longer after each, for more than an hour in all. */
const FIRST_PAUSE_MS = 5 * SECOND
const LAST_PAUSE_MS = 5 * MINUTE
const MAX_TRIES = 20

interface Options {
  /** Rejects where the directory could not say. */
  lookUp(person: DirectoryPerson): Promise<void>
  now: () => number
  /** Rejects once it is aborted. */
  wait?: ((ms: number, signal: AbortSignal) => Promise<unknown>) | undefined
}

interface Entry {
  person: DirectoryPerson
  /** Those who wait for the next lookup. */
  waiting: { resolve(): void; reject(error: unknown): void }[]
  isUrgent: boolean
  failures: number
}

type Queue = Map<string, Entry>

/**
 * Looks people up, each once however often that is asked for meanwhile, and few in a second. Who could not be looked up
 * is tried again.
 */
export class LookupQueue {
  readonly #lookUp: Options['lookUp']
  readonly #pace: Pace
  readonly #wait: NonNullable<Options['wait']>
  readonly #limit = new ConcurrencyLimit({ maxRunning: MAX_RUNNING, maxWaiting: 1 })
  readonly #stopped = new AbortController()
  /** By user id. Those who may have left come first; those whose lookup failed rest until they are tried again. */
  readonly #queues: Record<'urgent' | 'others' | 'resting', Queue> = {
    urgent: new Map(),
    others: new Map(),
    resting: new Map(),
  }
  readonly #running = new Set<Promise<void>>()
  #isAtWork = false

  constructor({ lookUp, now, wait }: Options) {
    this.#lookUp = lookUp
    // Everybody who rests waits for it.
    setMaxListeners(0, this.#stopped.signal)
    const usual: NonNullable<typeof wait> = (ms, signal) => setTimeout(ms, undefined, { signal, ref: false })
    this.#wait = wait ?? usual
    this.#pace = new Pace({ everyMs: EVERY_MS, burst: BURST, now, wait: (ms) => this.#wait(ms, this.#stopped.signal) })
  }

  /**
   * Settles as the next lookup does that begins.
   * @throws {AppError} where it fails, and is tried again; or where there are too many to remember
   */
  lookUp(person: DirectoryPerson, { isUrgent }: { isUrgent: boolean }): Promise<void> {
    const { urgent, others, resting } = this.#queues
    const known = urgent.get(person.id) ?? others.get(person.id) ?? resting.get(person.id)
    const isFull = !known && urgent.size + others.size + resting.size >= MAX_KEPT
    if (isFull || this.#stopped.signal.aborted) return Promise.reject(notLookedUp())
    const entry = known ?? { person, waiting: [], isUrgent, failures: 0 }
    entry.isUrgent ||= isUrgent
    return new Promise((resolve, reject) => {
      entry.waiting.push({ resolve, reject })
      this.#add(entry)
    })
  }

  /** Begins no more lookups; settles with those that run. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    for (const queue of Object.values(this.#queues)) {
      for (const { waiting } of queue.values()) for (const { reject } of waiting) reject(notLookedUp())
      queue.clear()
    }
    await Promise.all(this.#running)
  }

  #add(entry: Entry): void {
    const { urgent, others, resting } = this.#queues
    const { id } = entry.person
    resting.delete(id)
    if (entry.isUrgent) others.delete(id)
    const queue = entry.isUrgent ? urgent : others
    queue.set(id, entry)
    if (this.#isAtWork) return
    this.#isAtWork = true
    this.#work().catch(() => {
      // Only the stop ends a wait.
    })
  }

  async #work(): Promise<void> {
    const { urgent, others } = this.#queues
    while (urgent.size + others.size > 0) {
      await this.#pace.turn()
      await this.#limit.enter()
      // Chosen no earlier: somebody who may have left can have come meanwhile.
      const entry = first(urgent) ?? first(others)
      const run = this.#run(entry).then(() => {
        this.#running.delete(run)
        this.#limit.leave()
      })
      this.#running.add(run)
    }
    // In the same step as the look at the queues: nobody who is added comes between.
    this.#isAtWork = false
  }

  /** Never rejects. */
  async #run(entry: Entry | undefined): Promise<void> {
    // The stop has emptied the queues.
    if (!entry) return
    const waiting = entry.waiting.splice(0)
    try {
      await this.#lookUp(entry.person)
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      for (const { reject } of waiting) reject(error)
      this.#rest({ ...entry, failures: entry.failures + 1 })
    }
  }

  /** Tries again later, unless that is asked for before. */
  #rest(entry: Entry): void {
    const { urgent, others, resting } = this.#queues
    const { id } = entry.person
    const isAskedFor = urgent.has(id) || others.has(id)
    if (isAskedFor || this.#stopped.signal.aborted || entry.failures >= MAX_TRIES) return
    resting.set(id, entry)
    const pauseMs = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (entry.failures - 1))
    this.#wait(pauseMs, this.#stopped.signal).then(
      () => {
        if (resting.get(id) === entry) this.#add(entry)
      },
      () => {},
    )
  }
}

function first(queue: Queue): Entry | undefined {
  const [entry] = queue.values()
  if (entry) queue.delete(entry.person.id)
  return entry
}

function notLookedUp(): AppError {
  return new AppError('service_unavailable', { detail: 'too many lookups wait, or the server stops' })
}
