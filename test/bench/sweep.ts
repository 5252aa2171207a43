import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { idAt } from '../../src/services/audit-ids.js'
import { DAY, MINUTE, SECOND } from '../../src/time.js'
import { type Answer, checkVerify } from './answers.js'
import { Door, type Question } from './door.js'
import { TRAIL_MS } from './filling.js'
import { type Sized, signedInAmong } from './growth.js'
import { IdleThread } from './idle-thread.js'
import { prismaDate, type Size, userIdOf } from './organisation.js'
import type { Site } from './site.js'

/** Requests begin so long after one another. */
const PROBE_EVERY_MS = 5
const LOOK_EVERY_MS = SECOND
/** Until a server's first requests have loaded what those behind them find. */
const LOADED_MS = 10 * SECOND
/** The server's first sweep comes a minute after its start. */
const FIRST_SWEEP_MS = MINUTE
/** Behind a sweep of so long there is nothing new to be seen. */
const MAX_MS = 15 * MINUTE
/** So much less of the trail is kept than there is. */
const SHORTER_MS = 5 * DAY

/** In turn: what reads alone, and what writes. */
const ASKED = ['/verify', '/me', '/verify', '/me', 'login'] as const

/** More than are under way at a time: a request waits for the server alone. */
const CONNECTIONS = 64

/** As the server is told. */
export const SWEEP_SETTINGS = { AUDIT_RETENTION: `${(TRAIL_MS - SHORTER_MS) / DAY}d` }

/** How long requests took, those of a login one by one, and how long a thread that had nothing to do waited for its turn. */
export interface Latencies {
  requests: number
  p50Ms: number
  p99Ms: number
  p999Ms: number
  longestMs: number
  /** Of those that the server answers without asking DingTalk. */
  longestAloneMs: number
  idleLongestMs: number
}

export interface Sweep {
  removed: number
  /** In the minute before it, once the server has loaded what it needs. */
  before: Latencies
  during: Latencies
  /** At the same time, of a server where nothing is over: what the machine makes wait, and what a server does without removing. */
  beside: Latencies
}

/** Notes how long each request takes. */
class TimedDoor extends Door {
  readonly latenciesMs: number[] = []
  longestAloneMs = 0

  override async ask(question: Question): Promise<Answer> {
    const at = performance.now()
    const answer = await super.ask(question)
    const latencyMs = performance.now() - at
    this.latenciesMs.push(latencyMs)
    if (!question.path.startsWith('/callback')) this.longestAloneMs = Math.max(this.longestAloneMs, latencyMs)
    return answer
  }
}

/** The sessions that a third of the rows are, as the database numbers those. */
const isOver = (session: number) => (session + 1) % 3 === 0

/** Has a third of the sessions be over, at different times. */
export function expireThird(databaseFile: string): void {
  const db = new Sqlite(databaseFile)
  db.pragma('synchronous = OFF')
  const now = Date.now()
  db.function('over_at', (row) => prismaDate(now - SECOND - Number(row)))
  db.exec('UPDATE "Session" SET "expiresAt" = over_at(rowid) WHERE rowid % 3 = 0')
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** Asks who is signed in all the while that a server which has just been started removes what is over, and asks a calm one in turn. */
export async function measureSweep(sized: Sized, calm: Site, startedAt: number): Promise<Sweep> {
  const db = new Sqlite(sized.site.databaseFile, { readonly: true })
  await using idle = await IdleThread.start()
  try {
    const [byNow, kept] = [prismaDate(startedAt), idAt(startedAt - TRAIL_MS + SHORTER_MS)]
    const isLeft = db.prepare(`SELECT EXISTS (SELECT 1 FROM "Session" WHERE "expiresAt" < ?)
      OR EXISTS (SELECT 1 FROM "AuditRecord" WHERE "id" < ?)`)
    const count = db.prepare(`SELECT (SELECT count(*) FROM "Session" WHERE "expiresAt" < ?)
      + (SELECT count(*) FROM "AuditRecord" WHERE "id" < ?)`)
    const left = () => Number(count.pluck().get(byNow, kept))
    const all = left()
    const sides = [new Side(sized.site, sized.size), new Side(calm, sized.size)] as const
    const probeBoth = (untilMs: number, goesOn = () => true) => probe(sides, idle, untilMs, goesOn)
    await probeBoth(startedAt + LOADED_MS)
    const [before] = await probeBoth(startedAt + FIRST_SWEEP_MS - SECOND)
    const [during, beside] = await probeBoth(startedAt + MAX_MS, () => isLeft.pluck().get(byNow, kept) === 1)
    return { removed: all - left(), before, during, beside }
  } finally {
    db.close()
  }
}

/** Browsers of one of the two servers. */
class Side {
  readonly #site: Site
  readonly #next: ReturnType<typeof signedInAmong>
  #door: TimedDoor
  #turn = 0

  constructor(site: Site, size: Size) {
    this.#site = site
    this.#next = signedInAmong(size, isOver)
    this.#door = new TimedDoor(site.door.origin, CONNECTIONS)
  }

  /** Asks what is next in turn. */
  async ask(): Promise<void> {
    const wanted = ASKED[this.#turn++ % ASKED.length] ?? '/me'
    const { cookie, person } = this.#next()
    const door = this.#door
    const answer = wanted === 'login' ? await this.#site.logIn(person, door) : await door.get(wanted, cookie)
    if (!('status' in answer)) return
    if (wanted === '/verify') checkVerify(answer, userIdOf(person))
    else if (answer.status !== 200) throw new Error(`/me: ${answer.status}`)
  }

  /** How long requests took since this was last asked. */
  async latencies(): Promise<Omit<Latencies, 'idleLongestMs'>> {
    const { latenciesMs, longestAloneMs } = this.#door
    await this.#door.leave()
    this.#door = new TimedDoor(this.#site.door.origin, CONNECTIONS)
    return { ...latenciesOf(latenciesMs), longestAloneMs }
  }
}

/** Asks one side and the other until then, or until `goesOn` says no; one request after the other would wait for the longest. */
async function probe(
  [one, other]: readonly [Side, Side],
  idle: IdleThread,
  untilMs: number,
  goesOn: () => boolean,
): Promise<[Latencies, Latencies]> {
  const asked = new Set<Promise<void>>()
  await idle.longestMs()
  let lookAt = Date.now() + LOOK_EVERY_MS
  for (let turn = 0; Date.now() < untilMs; turn++) {
    if (Date.now() > lookAt) {
      if (!goesOn()) break
      lookAt = Date.now() + LOOK_EVERY_MS
    }
    const asking = (turn % 2 === 0 ? one : other).ask().finally(() => asked.delete(asking))
    asked.add(asking)
    await Promise.race([wait(PROBE_EVERY_MS), Promise.all(asked).then(() => wait(PROBE_EVERY_MS))])
  }
  await Promise.all(asked)
  const idleLongestMs = await idle.longestMs()
  return [
    { ...(await one.latencies()), idleLongestMs },
    { ...(await other.latencies()), idleLongestMs },
  ]
}

function latenciesOf(latenciesMs: number[]): Omit<Latencies, 'longestAloneMs' | 'idleLongestMs'> {
  const sorted = latenciesMs.toSorted((a, b) => a - b)
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  const [p50Ms, p99Ms, p999Ms, longestMs] = [quantile(0.5), quantile(0.99), quantile(0.999), sorted.at(-1) ?? 0]
  return { requests: sorted.length, p50Ms, p99Ms, p999Ms, longestMs }
}
