import { setMaxListeners } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { ConcurrencyLimit } from '../concurrency-limit.js'
import { AppError } from '../errors.js'
import type { Logger } from '../log.js'
import { MINUTE, SECOND, withinOr } from '../time.js'
import { AffectedPeople, type SignedInRows } from './affected-people.js'
import type { Directory } from './directory.js'
import type { ConnectionEnd, DirectoryEvent, EventListener, EventOutcome, EventSource } from './directory-event.js'
import { EventLog } from './event-log.js'
import { LookupQueue } from './lookup-queue.js'
import type { Membership } from './membership.js'
import type { Metrics } from './metrics.js'
import { MissedLeavers } from './missed-leavers.js'

/** DingTalk sends an event again that has no answer within about a minute. */
const ANSWER_WITHIN_MS = 45 * SECOND
/** So many events may be in hand, and as many again about leavers: the others are to come again. */
const MAX_IN_HAND = 10_000
/** Searches of the database at a time, for leavers and for others each. */
const MAX_SEARCHES = { maxRunning: 2, maxWaiting: 50_000 }
const LOOK_AGAIN_MS = MINUTE
/** At the end of the process. */
const FINISH_WITHIN_MS = 2 * SECOND

interface Options {
  source: EventSource
  signedIn: SignedInRows
  membership: Pick<Membership, 'lookUpNow'>
  directory: Pick<Directory, 'forgetDepartments'>
  /** Whether departments and roles matter. */
  hasProfiles: boolean
  /** How long a session goes on without a recheck; 0: for ever. */
  recheckMs: number
  sessionMaxAgeMs: number
  logger: Pick<Logger, 'info' | 'warn' | 'error'>
  metrics: Metrics | undefined
  now: () => number
  /** Rejects once it is aborted. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
  answerWithinMs?: number
}

/** What DingTalk says has happened makes the directory be asked at once: an event alone changes nothing. */
export class DirectoryEvents implements EventListener {
  readonly #options: Required<Options>
  readonly #log: EventLog
  readonly #queue: LookupQueue
  readonly #affected: AffectedPeople
  readonly #missed: MissedLeavers
  readonly #searches = { urgent: new ConcurrencyLimit(MAX_SEARCHES), others: new ConcurrencyLimit(MAX_SEARCHES) }
  readonly #stopped = new AbortController()
  /** Leavers, by the directory's name, who are looked up once more. */
  readonly #again = new Set<string>()
  #inHand = 0
  #hasConnected = false
  #stopping: Promise<void> | undefined

  constructor(options: Options) {
    const { source, now, membership, signedIn, recheckMs, sessionMaxAgeMs } = options
    // Each leaver who is looked up again waits for it.
    setMaxListeners(0, this.#stopped.signal)
    const log = new EventLog({ log: options.logger, metrics: options.metrics })
    const wait = options.wait ?? ((ms, signal) => setTimeout(ms, undefined, { signal, ref: false }))
    this.#options = { answerWithinMs: ANSWER_WITHIN_MS, ...options, wait }
    this.#log = log
    this.#queue = new LookupQueue({
      lookUp: (person) =>
        membership.lookUpNow(person).catch((error: unknown) => {
          log.notLookedUp(person.id, error)
          throw error
        }),
      ...{ now, wait },
    })
    this.#affected = new AffectedPeople({
      rows: signedIn,
      onFound: (person) => this.#queue.lookUp(person, { isUrgent: false }),
      wait: (ms) => wait(ms, this.#stopped.signal),
    })
    this.#missed = new MissedLeavers({
      ...{ source, log, now, maxLookBackMs: sessionMaxAgeMs },
      firstLookBackMs: recheckMs === 0 ? sessionMaxAgeMs : Math.min(recheckMs, sessionMaxAgeMs),
      onLeaver: (userid) => {
        this.#lookAgain(userid)
        return this.#queueUp(userid, true)
      },
      wait: (ms) => wait(ms, this.#stopped.signal),
    })
  }

  start(): void {
    this.#options.source.start(this)
  }

  /** What is not done is asked for again: by DingTalk of another process, by the next one at its start. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#stopped.abort()
    await withinOr(this.#queue.stop(), FINISH_WITHIN_MS, undefined)
    await this.#options.source.stop()
  }

  connected(lastHeardAt: number | undefined): void {
    this.#log.connected({ isFirst: !this.#hasConnected })
    this.#hasConnected = true
    this.#missed.find(lastHeardAt).catch(() => {
      // Only the stop ends a pause.
    })
  }

  disconnected(end: ConnectionEnd): void {
    this.#log.disconnected(end)
  }

  notConnected(error: unknown): void {
    this.#log.notConnected(error)
  }

  async happened(event: DirectoryEvent): Promise<boolean> {
    const outcome = await this.#outcomeOf(event)
    this.#log.happened(event, outcome)
    return outcome !== 'later'
  }

  async #outcomeOf(event: DirectoryEvent): Promise<EventOutcome> {
    if (event.type === 'other') return 'ignored'
    if (event.userids.length + event.departments.length + event.roles.length === 0) return 'unreadable'
    if (this.#inHand >= MAX_IN_HAND * (isUrgent(event) ? 2 : 1) || this.#stopped.signal.aborted) return 'later'
    this.#inHand++
    const work = this.#workOn(event).then((isDone): EventOutcome => {
      this.#inHand--
      return isDone ? 'done' : 'later'
    })
    return withinOr(work, this.#options.answerWithinMs, 'later')
  }

  /** Returns whether everybody could be looked up. */
  async #workOn(event: DirectoryEvent): Promise<boolean> {
    const { directory, hasProfiles } = this.#options
    const { userids, departments, roles } = event
    const lookups = userids.map((userid) => this.#lookUp(userid, isUrgent(event)))
    if (hasProfiles && departments.length + roles.length > 0) {
      directory.forgetDepartments(departments)
      lookups.push(this.#affected.lookUp({ departments, roles }))
    }
    const areDone = (await Promise.allSettled(lookups)).every(({ status }) => status === 'fulfilled')
    if (isUrgent(event)) for (const userid of userids) this.#lookAgain(userid)
    return areDone
  }

  async #lookUp(userid: string, urgent: boolean): Promise<void> {
    await Promise.all(await this.#queueUp(userid, urgent))
  }

  /**
   * A login that is under way while its person leaves opens a session afterwards; and the directory may be a little behind
   * the events.
   */
  #lookAgain(userid: string): void {
    if (this.#again.has(userid) || this.#again.size >= MAX_IN_HAND) return
    this.#again.add(userid)
    this.#options.wait(LOOK_AGAIN_MS, this.#stopped.signal).then(
      () => {
        this.#again.delete(userid)
        return this.#queueUp(userid, true).catch((error: unknown) => this.#log.notCaughtUp(error))
      },
      () => {
        // Only the stop ends a wait.
      },
    )
  }

  /** Gives a lookup for each whom the directory calls so; whoever has no session is read at their next login. */
  async #queueUp(userid: string, urgent: boolean): Promise<Promise<void>[]> {
    const searches = urgent ? this.#searches.urgent : this.#searches.others
    // Each search holds up the process where the database is a file.
    await setImmediate()
    if (!(await searches.enter())) throw new AppError('service_unavailable', { detail: 'too many searches wait' })
    const people = await this.#options.signedIn.ofUserid(userid).finally(() => searches.leave())
    const lookups = people.map((person) => this.#queue.lookUp(person, { isUrgent: urgent }))
    // Whether anybody waits for them or not: each that fails has its line in the log.
    for (const lookup of lookups) lookup.catch(() => {})
    return lookups
  }
}

function isUrgent({ type }: DirectoryEvent): boolean {
  return type === 'user_leave_org'
}
