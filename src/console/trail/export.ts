import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context } from '../../context.js'
import type { AuditFilter, AuditRecord, AuditTrail } from '../../services/audit-trail.js'
import type { NamedPerson, PeopleNames } from '../../services/people-names.js'
import { dateText } from '../server-time.js'
import type { Visit } from '../visit.js'
import { BYTE_ORDER_MARK, csvLine } from './csv.js'

interface Sources {
  auditTrail: AuditTrail
  peopleNames: PeopleNames
}

type Dependencies = Pick<Context, 'audit' | 'auditTrail' | 'peopleNames' | 'now'>

/** Of the records, so many are in memory at a time, however many leave. */
const PAGE = 500

const HEADINGS = [
  ...['time', 'event', 'outcome', 'person', 'person_name', 'application', 'administrator', 'administrator_name'],
  ...['session', 'request', 'address', 'device', 'details'],
]

/** Sends these records as a file, as fast as it is read: ends with the client. */
export async function sendCsv({ req, res, actor }: Visit, ctx: Dependencies, filter: AuditFilter): Promise<void> {
  res.type('text/csv; charset=utf-8')
  res.attachment(`audit-trail-${dateText(new Date(ctx.now()))}.csv`)
  res.set({ 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' })
  if (req.method === 'HEAD') return void res.end()
  ctx.audit.as(actor).auditExported(filter)
  try {
    await pipeline(Readable.from(csvOf(ctx, filter), { objectMode: false, highWaterMark: 1 }), res)
  } catch (error) {
    if (!isGone(error)) throw error
  }
}

/** Whoever stops a download is no failure. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE'
}

/** The file, a page of records at a time. */
export async function* csvOf({ auditTrail, peopleNames }: Sources, filter: AuditFilter): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(HEADINGS)
  let before: string | undefined
  do {
    const { records, next } = await auditTrail.page(filter, { before, size: PAGE })
    const names = await namesIn(records, peopleNames)
    if (records.length > 0) yield records.map((record) => csvLine(cellsOf(record, names))).join('')
    before = next
  } while (before !== undefined)
}

/** The people of these records, by their ids. */
export async function namesIn(records: readonly AuditRecord[], people: PeopleNames): Promise<Map<string, NamedPerson>> {
  const ids = new Set(records.flatMap(({ userId, administratorId }) => [userId, administratorId]))
  const known = await people.byIds([...ids].filter((id) => id !== null))
  return new Map(known.map((person) => [person.id, person]))
}

function cellsOf(record: AuditRecord, names: ReadonlyMap<string, NamedPerson>): (string | null | undefined)[] {
  const { at, event, outcome, userId, application, administratorId, sessionId, requestId, ip, userAgent } = record
  const nameOf = (id: string | null) => (id === null ? null : names.get(id)?.username)
  return [
    ...[at.toISOString(), event, outcome, userId, nameOf(userId), application],
    ...[administratorId, nameOf(administratorId), sessionId, requestId, ip, userAgent],
    record.details && JSON.stringify(record.details),
  ]
}
