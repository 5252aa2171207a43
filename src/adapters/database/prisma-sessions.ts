import { createHash } from 'node:crypto'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { SessionInfo, SessionRegistry, User } from '../../services/ports.js'

interface Options {
  prisma: PrismaClient
  idleTimeoutMs: number
  maxAgeMs: number
  now?: () => number
}

/** A session that may go on, with its person. */
export interface LiveSession {
  info: SessionInfo
  user: User
}

export interface NewSession {
  userId: string
  ip: string
  userAgent: string
}

const MINUTE = 60_000
const SWEEP_STEP = 200
/** What a person is shown of a session; never the hash of its id. */
export const shownOfSession = { id: true, createdAt: true, lastSeenAt: true, ip: true, userAgent: true } as const

/** The `Session` rows. Callers hold the cookie's id; the rows hold its hash. */
export class PrismaSessions implements SessionRegistry {
  readonly #prisma: PrismaClient
  readonly #idleTimeoutMs: number
  readonly #maxAgeMs: number
  readonly #touchEveryMs: number
  readonly #now: () => number

  constructor({ prisma, idleTimeoutMs, maxAgeMs, now = Date.now }: Options) {
    this.#prisma = prisma
    this.#idleTimeoutMs = idleTimeoutMs
    this.#maxAgeMs = maxAgeMs
    // At most once a minute a session, and often enough that a short idle timeout does not end one in use.
    this.#touchEveryMs = Math.min(MINUTE, idleTimeoutMs / 4)
    this.#now = now
  }

  async open(cookieId: string, session: NewSession): Promise<void> {
    const createdAt = new Date(this.#now())
    const expiresAt = new Date(this.#now() + this.#maxAgeMs)
    const idHash = hash(cookieId)
    await this.#prisma.session.upsert({
      where: { idHash },
      create: { ...session, idHash, createdAt, lastSeenAt: createdAt, expiresAt },
      update: {}, // the same callback twice at once: one session, opened already
    })
  }

  /** The session behind a cookie's id, unless it is over or its person is disabled. */
  async find(cookieId: string): Promise<LiveSession | undefined> {
    const row = await this.#prisma.session.findUnique({ where: { idHash: hash(cookieId) }, include: { user: true } })
    if (!row || row.user.disabledAt) return undefined
    const now = this.#now()
    if (now >= row.expiresAt.getTime() || now >= row.lastSeenAt.getTime() + this.#idleTimeoutMs) return undefined
    const { user, id, createdAt, lastSeenAt, ip, userAgent } = row
    return { info: { id, createdAt, lastSeenAt, ip, userAgent }, user }
  }

  /** Notes that the session is in use. Writes at most once a minute, and never brings an ended session back. */
  async touch({ id, lastSeenAt }: SessionInfo): Promise<void> {
    const now = this.#now()
    if (now - lastSeenAt.getTime() < this.#touchEveryMs) return
    await this.#prisma.session.updateMany({
      where: { id, lastSeenAt: { lt: new Date(now) } },
      data: { lastSeenAt: new Date(now) },
    })
  }

  async close(cookieId: string): Promise<void> {
    await this.#prisma.session.deleteMany({ where: { idHash: hash(cookieId) } })
  }

  async list(userId: string): Promise<SessionInfo[]> {
    const now = this.#now()
    return this.#prisma.session.findMany({
      where: { userId, expiresAt: { gt: new Date(now) }, lastSeenAt: { gt: new Date(now - this.#idleTimeoutMs) } },
      select: shownOfSession,
      orderBy: { lastSeenAt: 'desc' },
    })
  }

  async end(userId: string, sessionId: string): Promise<string[]> {
    return this.#endWhere({ userId, id: sessionId })
  }

  async endOthers(userId: string, keptSessionId: string): Promise<string[]> {
    return this.#endWhere({ userId, id: { not: keptSessionId } })
  }

  async endAll(userId: string): Promise<string[]> {
    return this.#endWhere({ userId })
  }

  /** Removes some of the sessions that are over, so few at a time that no login waits for it; gives how many. */
  async removeExpired(): Promise<number> {
    const now = this.#now()
    const { count } = await this.#prisma.session.deleteMany({
      where: {
        OR: [{ expiresAt: { lte: new Date(now) } }, { lastSeenAt: { lte: new Date(now - this.#idleTimeoutMs) } }],
      },
      limit: SWEEP_STEP,
    })
    return count
  }

  async #endWhere(where: { userId: string; id?: string | { not: string } }): Promise<string[]> {
    const ended = await this.#prisma.session.findMany({ where, select: { id: true } })
    await this.#prisma.session.deleteMany({ where })
    return ended.map(({ id }) => id)
  }
}

/** SHA-256 without salt is enough: the id has 256 random bits. */
function hash(cookieId: string): string {
  return createHash('sha256').update(cookieId).digest('base64url')
}
