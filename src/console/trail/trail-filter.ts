import type { AuditFilter } from '../../services/audit-trail.js'
import type { NamedPerson, PeopleNames } from '../../services/people-names.js'
import { midnight, readDate } from '../server-time.js'
import { eventsOf } from './event-groups.js'

/** The filter as it stands in the page's address; what is empty is not wanted. */
export const filterNames = ['person', 'application', 'event', 'by', 'when', 'from', 'to'] as const
export type TrailQuery = Record<(typeof filterNames)[number], string | undefined>

export const quickTimes = ['today', 'yesterday', 'week', 'quarter'] as const
type QuickTime = (typeof quickTimes)[number]

/** So many people are offered where a text names several. */
const MAX_CHOICES = 20
const MAX_TEXT = 100

/** A filter, or the people among whom somebody has to choose first. */
export type Found =
  | { filter: AuditFilter; unknown: string[] }
  | { choices: NamedPerson[]; for: 'person' | 'by'; filter?: undefined }

export function readTrailQuery(query: URLSearchParams): TrailQuery {
  const read = (name: string) => query.get(name)?.replaceAll('\0', '').trim().slice(0, MAX_TEXT) || undefined
  const [person, application, event, by, when, from, to] = filterNames.map(read)
  return { person, application, event, by, when, from, to }
}

/** @throws {AppError} `service_unavailable` */
export async function findFilter(query: TrailQuery, people: PeopleNames, now: Date): Promise<Found> {
  const unknown: string[] = []
  const ids: Partial<Record<'person' | 'by', string>> = {}
  for (const name of ['person', 'by'] as const) {
    const text = query[name]
    if (text === undefined) continue
    const found = await people.search(text, MAX_CHOICES)
    if (found.length > 1) return { choices: found, for: name }
    if (found.length === 0) unknown.push(text)
    // Records outlive their people: an id that is nobody's now may still have some.
    ids[name] = found[0]?.id ?? text
  }
  const filter: AuditFilter = {
    userId: ids.person,
    administratorId: ids.by,
    application: query.application,
    events: eventsOf(query.event ?? null),
    ...timesOf(query, now),
  }
  return { filter, unknown }
}

/** From the begin of a day to the end of a day, in the server's time zone. */
function timesOf({ when, from, to }: TrailQuery, now: Date): Pick<AuditFilter, 'from' | 'until'> {
  const quick = quickTimes.find((name) => name === when)
  if (quick) return quickRange(quick, now)
  const last = readDate(to ?? null)
  return { from: readDate(from ?? null), until: last && midnight(last, 1) }
}

export function quickRange(when: QuickTime, now: Date): { from: Date; until?: Date } {
  switch (when) {
    case 'today':
      return { from: midnight(now) }
    case 'yesterday':
      return { from: midnight(now, -1), until: midnight(now) }
    case 'week':
      return { from: midnight(now, -6) }
    case 'quarter': {
      const first = Math.floor(now.getMonth() / 3) * 3
      return { from: new Date(now.getFullYear(), first - 3, 1), until: new Date(now.getFullYear(), first, 1) }
    }
  }
}
