import { createHash } from 'node:crypto'
import type { PrismaClient } from '../../generated/prisma/client.js'
import type { LiveSession, NewSession, SessionInfo, SessionStore } from '../../services/ports.js'
import { isUniqueViolation } from './unique-violation.js'

interface Options {
  prisma: PrismaClient
  idleTimeoutMs: number
  maxAgeMs: number
  now?: () => number
}

const MINUTE = 60_000
const SWEEP_STEP = 200
/** What a person is shown of a session; never the hash of its id. */
export const shownOfSession = { id: true, createdAt: true, lastSeenAt: true, ip: true, userAgent: true } as const

/** The `Session` rows. Callers hold the cookie's id; the rows hold its hash. */
export class PrismaSessions implements SessionStore {
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
    const data = { ...session, idHash: hash(cookieId), createdAt, lastSeenAt: createdAt, expiresAt }
    try {
      // @NOTE not upsert, which reads before it writes: SQLite refuses that at once while another process commits.
      await this.#prisma.session.create({ data })
    } catch (error) {
      // The same callback twice at once: one session, opened already.
      if (!isUniqueViolation(error)) throw error
    }
  }

  async find(cookieId: string): Promise<LiveSession | undefined> {
    const row = await this.#prisma.session.findUnique({ where: { idHash: hash(cookieId) }, include: { user: true } })
    if (!row || row.user.disabledAt) return undefined
    const now = this.#now()
    // A session that was last seen far in the future began before the clock was put back: it may be of any age.
    const unseenMs = Math.abs(now - row.lastSeenAt.getTime())
    if (now >= row.expiresAt.getTime() || unseenMs >= this.#idleTimeoutMs) return undefined
    const { user, id, createdAt, lastSeenAt, ip, userAgent } = row
    return { info: { id, createdAt, lastSeenAt, ip, userAgent }, user }
  }

  /** Writes at most once a minute a session. */
  async touch({ id, lastSeenAt }: SessionInfo): Promise<void> {
    const now = this.#now()
    const unseenMs = now - lastSeenAt.getTime()
    if (Math.abs(unseenMs) < this.#touchEveryMs) return
    await this.#prisma.session.updateMany({
      // Parallel requests put it forward only; where the clock was put back, back from what was read.
      where: { id, lastSeenAt: unseenMs > 0 ? { lt: new Date(now) } : lastSeenAt },
      data: { lastSeenAt: new Date(now) },
    })
  }

  async close(cookieId: string): Promise<void> {
    const where = { idHash: hash(cookieId) }
    // Nobody without a session makes the database take its write lock.
    if ((await this.#prisma.session.count({ where })) > 0) await this.#prisma.session.deleteMany({ where })
  }

  async list(userId: string): Promise<SessionInfo[]> {
    const now = this.#now()
    return this.#prisma.session.findMany({
      where: {
        userId,
        expiresAt: { gt: new Date(now) },
        lastSeenAt: { gt: new Date(now - this.#idleTimeoutMs), lt: new Date(now + this.#idleTimeoutMs) },
      },
      select: shownOfSession,
      orderBy: { lastSeenAt: 'desc' },
    })
  }

  async end(userId: string, sessionId: string): Promise<string[]> {
    return endSessions(this.#prisma, { userId, id: sessionId })
  }

  async endOthers(userId: string, keptSessionId: string): Promise<string[]> {
    return endSessions(this.#prisma, { userId, id: { not: keptSessionId } })
  }

  async endAll(userId: string): Promise<string[]> {
    return endSessions(this.#prisma, { userId })
  }

  /** Removes some of the sessions that are over, so few at a time that no login waits for it; gives how many. */
  async removeExpired(): Promise<number> {
    const now = this.#now()
    const { count } = await this.#prisma.session.deleteMany({
      where: {
        OR: [
          { expiresAt: { lte: new Date(now) } },
          { lastSeenAt: { lte: new Date(now - this.#idleTimeoutMs) } },
          { lastSeenAt: { gte: new Date(now + this.#idleTimeoutMs) } },
        ],
      },
      limit: SWEEP_STEP,
    })
    return count
  }
}

/** Ends these sessions; gives the ids that people are shown. */
export async function endSessions(
  prisma: PrismaClient,
  where: { userId: string; id?: string | { not: string } },
): Promise<string[]> {
  const ended = await prisma.session.findMany({ where, select: { id: true } })
  await prisma.session.deleteMany({ where })
  return ended.map(({ id }) => id)
}

/** SHA-256 without salt is enough: the id has 256 random bits. */
function hash(cookieId: string): string {
  return createHash('sha256').update(cookieId).digest('base64url')
}
