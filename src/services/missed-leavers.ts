import { AppError } from '../errors.js'
import { MINUTE, SECOND } from '../time.js'
import type { EventSource } from './directory-event.js'
import type { EventLog } from './event-log.js'

/** What was under way when a connection broke, and clocks that differ. */
const OVERLAP_MS = 5 * MINUTE
/** After DingTalk could not say who left. */
const ASK_AGAIN_MS = [10 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, 60 * MINUTE]

interface Options {
  source: Pick<EventSource, 'leaversSince'>
  /** Settles once it is sure that this leaver is looked up. */
  onLeaver(userid: string): Promise<unknown>
  /** How far back the first connection asks: as far as no recheck has looked. */
  firstLookBackMs: number
  /** No session is older. */
  maxLookBackMs: number
  log: EventLog
  now: () => number
  /** Rejects once the server stops. */
  wait: (ms: number) => Promise<unknown>
}

/** Finds who left while nobody listened to events, in DingTalk's record of leavers. */
export class MissedLeavers {
  readonly #options: Options
  /** Since when that is not known; undefined where it is. */
  #unknownSince: number | undefined
  #asking = 0

  constructor(options: Options) {
    this.#options = options
  }

  /**
   * Asks, and asks again while DingTalk cannot say, until the next connection does. `lastHeardAt`: when anything last
   * came before, in milliseconds since 1970.
   */
  async find(lastHeardAt: number | undefined): Promise<void> {
    const asking = ++this.#asking
    const since = this.#since(lastHeardAt)
    this.#unknownSince = since
    for (const pauseMs of ASK_AGAIN_MS) {
      const outcome = await this.#ask(since)
      if (outcome === 'known' && asking === this.#asking) this.#unknownSince = undefined
      if (outcome !== 'ask again') return
      await this.#options.wait(pauseMs)
      if (asking !== this.#asking) return
    }
  }

  #since(lastHeardAt: number | undefined): number {
    const { now, firstLookBackMs, maxLookBackMs } = this.#options
    const since = lastHeardAt === undefined ? now() - firstLookBackMs : Math.min(lastHeardAt, now()) - OVERLAP_MS
    return Math.max(Math.min(since, this.#unknownSince ?? since), now() - maxLookBackMs)
  }

  /** `not allowed` until somebody has changed a setting: the next connection asks, as far back as this one. */
  async #ask(since: number): Promise<'known' | 'not allowed' | 'ask again'> {
    const { source, onLeaver, log } = this.#options
    try {
      const userids = await source.leaversSince(new Date(since))
      await Promise.all(userids.map(onLeaver))
      log.caughtUp(new Date(since), userids.length)
      return 'known'
    } catch (error) {
      log.notCaughtUp(error)
      const isNotAllowed = error instanceof AppError && error.code === 'dingtalk_misconfigured'
      return isNotAllowed ? 'not allowed' : 'ask again'
    }
  }
}
