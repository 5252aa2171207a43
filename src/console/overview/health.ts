import type { AuditRecord, AuditTrail } from '../../services/audit-trail.js'
import { DAY, HOUR } from '../../time.js'

/** Of the last day, so many records are looked at: pages stay fast on the worst of mornings. */
const MAX_RECORDS = 3000
const PAGE = 500

/** What of the trail says how DingTalk is. */
export const healthEvents = ['login_refused', 'login_succeeded', 'membership_unconfirmed', 'profile_unread'] as const

/** Something that DingTalk refuses, or that keeps it from being asked. */
export interface Problem {
  /** Our code, such as `dingtalk_misconfigured`. */
  code: string
  /** What to look at, as the error table says it; undefined where no setting is to blame. */
  setting: string | undefined
  call: string | undefined
  /** DingTalk's own code, of the latest. */
  upstreamCode: string | undefined
  since: Date
  last: Date
  /** How many it happened to, by what is known of them: the person, else address and browser. */
  people: number
  times: number
  /** When a login went well after the last; undefined while it may still fail. */
  overSince: Date | undefined
}

export interface Health {
  /** Those that still fail come first. */
  problems: Problem[]
  /** Where there were more records than are looked at: how far back they go. */
  lookedBackTo: Date | undefined
}

/**
 * DingTalk's health over the last 24 hours.
 * @throws {AppError} `service_unavailable`
 */
export async function readHealth(trail: AuditTrail, now: Date): Promise<Health> {
  const records: AuditRecord[] = []
  const filter = { events: healthEvents, from: new Date(now.getTime() - DAY) }
  let before: string | undefined
  do {
    const page = await trail.page(filter, { before, size: PAGE })
    records.push(...page.records)
    before = page.next
  } while (before !== undefined && records.length < MAX_RECORDS)
  return { problems: problemsOf(records), lookedBackTo: before === undefined ? undefined : records.at(-1)?.at }
}

/** What went wrong in these records, which come the latest first. */
export function problemsOf(records: readonly AuditRecord[]): Problem[] {
  const successes = records.filter(({ event }) => event === 'login_succeeded').map(({ at }) => at.getTime())
  const failures = new Map<string, AuditRecord[]>()
  for (const record of records) {
    if (!isDingTalks(record)) continue
    const key = detail(record, 'setting') ?? `${record.outcome} ${detail(record, 'call')}`
    failures.set(key, [...(failures.get(key) ?? []), record])
  }
  return [...failures.values()]
    .map((found) => problemOf(found, successes))
    .sort((a, b) => Number(a.overSince !== undefined) - Number(b.overSince !== undefined) || b.people - a.people)
}

function isDingTalks({ outcome, event, details }: AuditRecord): boolean {
  if (event === 'login_succeeded' || outcome === null) return false
  return outcome.startsWith('dingtalk_') || typeof details?.setting === 'string'
}

function problemOf(failures: readonly AuditRecord[], successes: readonly number[]): Problem {
  const [latest, ...earlier] = failures
  const run = latest ? latestRun(latest, earlier, successes) : []
  const last = latest?.at ?? new Date(0)
  const after = successes.filter((at) => at > last.getTime())
  return {
    code: latest?.outcome ?? '',
    setting: latest && detail(latest, 'setting'),
    call: latest && detail(latest, 'call'),
    upstreamCode: latest && detail(latest, 'upstreamCode'),
    since: run.at(-1)?.at ?? last,
    last,
    people: new Set(run.map(whom)).size,
    times: run.length,
    overSince: after.length > 0 ? new Date(Math.min(...after)) : undefined,
  }
}

/** Back from the latest to where an hour passed without it and a login went well meanwhile. */
function latestRun(latest: AuditRecord, earlier: readonly AuditRecord[], successes: readonly number[]): AuditRecord[] {
  const run = [latest]
  for (const record of earlier) {
    const [from, until] = [record.at.getTime(), run.at(-1)?.at.getTime() ?? 0]
    if (until - from > HOUR && successes.some((at) => at > from && at < until)) break
    run.push(record)
  }
  return run
}

function whom({ userId, ip, userAgent }: AuditRecord): string {
  return userId ?? `${ip} ${userAgent}`
}

/** A text among what else is known of a record. */
export function detail({ details }: AuditRecord, name: string): string | undefined {
  const value = details?.[name]
  return typeof value === 'string' ? value : undefined
}
