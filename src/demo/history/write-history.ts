import { hash } from 'node:crypto'
import { type Database, timeText } from '../../adapters/database/database.js'
import { openDatabase } from '../../adapters/database/open-database.js'
import type { AuditRecord, HourlyFigure } from '../../services/audit-trail.js'
import { labelOf } from '../../services/secret-label.js'
import { DAY } from '../../time.js'
import { historyApplications } from './applications.js'
import { makeCast } from './cast.js'
import { Dice } from './dice.js'
import { HISTORY_DAYS, type History, makeHistory } from './history.js'
import { addPeople } from './history-people.js'
import type { HistoryPerson, HistorySession } from './logins.js'

const SEED = 20_261
const INSERT_RECORDS = insertion('AuditRecord', [
  ...['id', 'at', 'event', 'outcome', 'userId', 'application', 'administratorId', 'sessionId'],
  ...['requestId', 'ip', 'userAgent', 'details'],
])
const INSERT_FIGURES = insertion('HourlyFigure', ['hour', 'figure', 'name', 'detail', 'value'])
const ROWS_AT_ONCE = 2000

interface Options {
  databaseUrl: string
  session: { secrets: readonly string[]; idleTimeoutMs: number; maxAgeMs: number }
  timeZone: string
  now: Date
}

/**
 * Fills the database with ninety days of invented history, all of it or nothing, unless one is there; returns how many
 * records it made. For the demo alone, before its server starts.
 */
export async function writeHistory({ databaseUrl, session, timeZone, now }: Options): Promise<number> {
  const database = await openDatabase(databaseUrl)
  try {
    const dice = new Dice(SEED)
    const { emulated, invented } = makeCast(dice)
    const people = await addPeople(database, dice, [...emulated, ...invented], now)
    if (await hasHistory(database, people.slice(emulated.length))) return 0
    const { idleTimeoutMs } = session
    const history = makeHistory({ dice, until: now, timeZone, people, idleTimeoutMs })
    await writeAll(database, { history, people, session, now })
    return history.records.length
  } finally {
    await database.close()
  }
}

/** Of people who are there for the history alone, nothing else is told. */
async function hasHistory(database: Database, invented: HistoryPerson[]): Promise<boolean> {
  const userId = { in: invented.map(({ id }) => id) }
  return (await database.prisma(({ auditRecord }) => auditRecord.findFirst({ where: { userId } }))) !== null
}

type Writing = Pick<Options, 'session' | 'now'> & { history: History; people: HistoryPerson[] }

async function writeAll(database: Database, { history, people, session, now }: Writing): Promise<void> {
  const since = { hour: { gte: new Date(now.getTime() - (HISTORY_DAYS + 1) * DAY) } }
  const there = await database.prisma(({ hourlyFigure }) => hourlyFigure.findMany({ where: since }))
  const figures = merged([...history.figures, ...there])
  const [administrator, second] = people
  await database.prisma(async (prisma) => {
    await prisma.$transaction([
      prisma.hourlyFigure.deleteMany({ where: since }),
      ...batches(figures.map(figureRow)).map((rows) => prisma.$executeRawUnsafe(INSERT_FIGURES, rows)),
      ...batches(history.records.map(recordRow)).map((rows) => prisma.$executeRawUnsafe(INSERT_RECORDS, rows)),
      prisma.session.createMany({ data: history.sessions.map((alive) => sessionRow(alive, session)) }),
      ...people.map(({ id, leftAt }) => {
        const lastLoginAt = history.lastLogins.get(id)
        const where = lastLoginAt ? { id, lastLoginAt: { lt: lastLoginAt } } : { id }
        return prisma.user.updateMany({
          where,
          data: { ...(leftAt && { disabledAt: leftAt }), ...(lastLoginAt && { lastLoginAt }) },
        })
      }),
      ...historyApplications.map((known) => {
        const row = applicationRow(known, now)
        return prisma.application.upsert({ where: { id: row.id }, create: row, update: {} })
      }),
      ...(second && administrator
        ? [
            prisma.administrator.upsert({
              where: { userId: second.id },
              create: { userId: second.id, createdAt: now, madeBy: administrator.id },
              update: {},
            }),
          ]
        : []),
    ])
  })
}

/** A statement that inserts the rows of a JSON text: Prisma takes seconds for so many. */
function insertion(table: string, columns: readonly string[]): string {
  const names = columns.map((name) => `"${name}"`).join(', ')
  const values = columns.map((name) => `value ->> '${name}'`).join(', ')
  return `INSERT INTO "${table}" (${names}) SELECT ${values} FROM json_each(?)`
}

/** One figure of a name, where the demo has counted in that hour already. */
function merged(figures: readonly (Omit<HourlyFigure, 'figure'> & { figure: string })[]) {
  const byKey = new Map<string, (typeof figures)[number]>()
  for (const figure of figures) {
    const key = [figure.hour.getTime(), figure.figure, figure.name, figure.detail].join('\n')
    const before = byKey.get(key)?.value ?? 0
    const value = figure.figure === 'signed_in' ? Math.max(figure.value, before) : figure.value + before
    byKey.set(key, { ...figure, value })
  }
  return [...byKey.values()]
}

function recordRow({ at, details, ...record }: AuditRecord) {
  return { ...record, at: timeText(at), details: details && JSON.stringify(details) }
}

function figureRow({ hour, ...figure }: Omit<HourlyFigure, 'figure'>) {
  return { ...figure, hour: timeText(hour) }
}

/** Nobody has the cookie of such a session. */
function sessionRow({ endsAt: _, ...known }: HistorySession, { secrets, maxAgeMs }: Options['session']) {
  const idHash = hash('sha256', `history ${known.id}`, 'hex')
  const secretLabel = labelOf(secrets[0] ?? '', 'session')
  return { ...known, idHash, secretLabel, expiresAt: new Date(known.createdAt.getTime() + maxAgeMs) }
}

/** Nobody knows its secret: the application is not there. */
function applicationRow(known: (typeof historyApplications)[number], now: Date) {
  const { id, name, redirectUris, openUrl, description, access } = known
  return {
    ...{ id, name, openUrl, description, kind: 'confidential', usernameClaim: 'handle', refreshTokens: false },
    ...{ redirectUris: JSON.stringify(redirectUris), postLogoutRedirectUris: '[]', scopes: '[]' },
    access: JSON.stringify(access),
    secretHash: hash('sha256', `history ${id} ${now.getTime()}`, 'hex'),
    createdAt: new Date(now.getTime() - HISTORY_DAYS * DAY),
  }
}

/** As JSON, of which each has so many rows at most. */
function batches(rows: readonly object[]): string[] {
  const count = Math.ceil(rows.length / ROWS_AT_ONCE)
  return Array.from({ length: count }, (_, nth) =>
    JSON.stringify(rows.slice(nth * ROWS_AT_ONCE, (nth + 1) * ROWS_AT_ONCE)),
  )
}
