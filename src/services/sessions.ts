import { hash, randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { AppError } from '../errors.js'
import { MINUTE } from '../time.js'
import type { Audit, Client } from './audit.js'
import { type Ending, endAllSessions, endOneSession, noteEnded } from './end-sessions.js'
import { type Handles, hasHandle } from './handles.js'
import type { FoundSession, LiveSession, SessionInfo, SessionRows } from './ports.js'
import { labelOf } from './secret-label.js'

interface Options {
  rows: SessionRows
  handles: Pick<Handles, 'complete'>
  audit: Audit
  idleTimeoutMs: number
  maxAgeMs: number
  /** The secrets that sign the cookies, newest first. */
  secrets: readonly string[]
  now?: () => number
}

/** Expires later, and was last seen between these. */
export interface AliveAt {
  unexpiredAt: Date
  seenAfter: Date
  seenBefore: Date
}

/**
 * The signed-in browsers: how long a session lives, and what ends it.
 * A cookie's id is known to its browser alone, the rows hold its hash, and people are shown another id.
 */
export class Sessions {
  readonly #options: Required<Options>
  readonly #touchEveryMs: number
  readonly #secretLabels: readonly string[]
  readonly #startedAt: Date

  constructor(options: Options) {
    this.#options = { now: Date.now, ...options }
    this.#secretLabels = options.secrets.map((secret) => labelOf(secret, 'session'))
    this.#startedAt = new Date(this.#options.now())
    // At most once a minute, and often enough that a short idle timeout does not end a session in use.
    this.#touchEveryMs = Math.min(MINUTE, options.idleTimeoutMs / 4)
  }

  /** Opens a session under this cookie's id, unless there is one: the same callback twice at once is one login. */
  async open(cookieId: string, userId: string, { ip, userAgent }: Client): Promise<void> {
    const now = this.#options.now()
    await this.#options.rows.insert({
      id: randomUUID(),
      idHash: hashOf(cookieId),
      userId,
      createdAt: new Date(now),
      expiresAt: new Date(now + this.#options.maxAgeMs),
      ip,
      userAgent,
      secretLabel: this.#secretLabels[0] ?? '',
    })
  }

  /** The session behind a cookie's id and its user, unless it is over or the user is disabled. */
  async find(cookieId: string): Promise<LiveSession | undefined> {
    return this.#ifAlive(await this.#options.rows.find(hashOf(cookieId)))
  }

  /**
   * The session with the id that people are shown, and its user, unless it is over or the user is disabled. No cookie
   * is verified: so it is over, too, where the secret that signed its cookie is none of ours.
   */
  async findById(id: string): Promise<LiveSession | undefined> {
    const found = await this.#options.rows.findById(id)
    const { secretLabel = null } = found ?? {}
    const isOurs = secretLabel === null || this.#secretLabels.includes(secretLabel)
    return isOurs ? this.#ifAlive(found) : undefined
  }

  /** Those behind these cookies' ids that are alive, in this order. */
  async findAlive(cookieIds: string[]): Promise<LiveSession[]> {
    const found: LiveSession[] = []
    for (const cookieId of cookieIds) {
      const live = await this.find(cookieId)
      if (live) found.push(live)
    }
    return found
  }

  /** Whether it is to be noted that the session is in use: it was not long ago, or the clock was put back. */
  isToMark({ lastSeenAt }: SessionInfo): boolean {
    return Math.abs(this.#options.now() - lastSeenAt.getTime()) >= this.#touchEveryMs
  }

  /**
   * Notes that the session is in use. Nobody waits for a database that cannot be written: the next request tries again.
   */
  async touch({ id, lastSeenAt }: SessionInfo): Promise<void> {
    try {
      await this.#options.rows.touch(id, lastSeenAt, new Date(this.#options.now()))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
    }
  }

  /** The user's sessions that are alive, the latest first. */
  list(userId: string): Promise<SessionInfo[]> {
    return this.#options.rows.list(userId, this.aliveAt())
  }

  /** Which sessions are alive now. */
  aliveAt(): AliveAt {
    const { idle, now, future } = this.#cutOffs()
    return { unexpiredAt: now, seenAfter: idle, seenBefore: future }
  }

  /** Ends one session of this user, by the id that people are shown; returns whether there was one. */
  end(userId: string, sessionId: string, ending: Ending): Promise<boolean> {
    return endOneSession(this.#options, { userId, sessionId }, ending)
  }

  /** Ends all sessions of this user but one. */
  async endOthers(userId: string, keptSessionId: string, ending: Ending): Promise<void> {
    const { rows, audit } = this.#options
    noteEnded(audit, userId, await rows.removeOthers(userId, keptSessionId), ending)
  }

  /** Ends all sessions of this user, in every browser; returns how many there were. */
  async endAll(userId: string, ending: Ending): Promise<number> {
    return endAllSessions(this.#options, userId, ending)
  }

  /**
   * How many sessions were used within the idle timeout: a part at a time, so that no request waits for all.
   * Those that reached their maximal age count until they are removed.
   */
  async countAlive(): Promise<number> {
    const { rows } = this.#options
    let { count, last } = await rows.countSome(this.#cutOffs().idle)
    while (last) {
      await turn()
      const more = await rows.countSome(last)
      count += more.count
      last = more.last
    }
    return count
  }

  /** Removes some of the sessions that are over, so few that no request waits for it; returns how many. */
  async removeOver(): Promise<number> {
    const { idle, now, future } = this.#cutOffs()
    const removed = await this.#options.rows.removeSome({ expiredBy: now, seenBy: idle, seenFrom: future })
    return removed || this.#removeOfOtherSecrets()
  }

  /**
   * Those whose secret was taken out. @NOTE not those that began since this process did: while processes are restarted
   * one after the other with a new secret in front, those that do not know it yet must leave its sessions alone.
   */
  async #removeOfOtherSecrets(): Promise<number> {
    const { rows } = this.#options
    let label = await rows.nextSecretLabel('')
    for (; label !== undefined; label = await rows.nextSecretLabel(label)) {
      const isOurs = this.#secretLabels.includes(label)
      const removed = isOurs ? 0 : await rows.removeOfSecret(label, this.#startedAt)
      if (removed > 0) return removed
    }
    return 0
  }

  #cutOffs(): Record<'idle' | 'now' | 'future', Date> {
    const now = this.#options.now()
    const { idleTimeoutMs } = this.#options
    return { idle: new Date(now - idleTimeoutMs), now: new Date(now), future: new Date(now + idleTimeoutMs) }
  }

  /** Asked so that a time which cannot be read ends the session. */
  #ifAlive(found: FoundSession | undefined): LiveSession | Promise<LiveSession> | undefined {
    if (!found || found.user.disabledAt !== null) return undefined
    const { info, expiresAt, user } = found
    const now = this.#options.now()
    // Last seen far in the future, it began before the clock was put back: it may be of any age.
    const unseenMs = Math.abs(now - info.lastSeenAt.getTime())
    const isAlive = now < expiresAt.getTime() && unseenMs < this.#options.idleTimeoutMs
    if (!isAlive) return undefined
    return hasHandle(user) ? { info, expiresAt, user } : this.#withHandle(found)
  }

  async #withHandle({ info, expiresAt, user }: FoundSession): Promise<LiveSession> {
    return { info, expiresAt, user: await this.#options.handles.complete(user) }
  }
}

/** SHA-256 without salt is enough: the id has 256 random bits. */
function hashOf(cookieId: string): string {
  return hash('sha256', cookieId, 'base64url')
}
