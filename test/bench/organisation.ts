import { createHash, randomUUID } from 'node:crypto'
import { DAY } from '../../src/time.js'
import type { Filling, Row } from './filling.js'
import { departmentIdOf, emailOf, handleOf, nickOf, profileIn, roleIdOf, unionIdOf, useridOf } from './people.js'

/** How much there is of everything. */
export interface Size {
  people: number
  sessions: number
  records: number
  applications: number
  groups: number
}

/** Of the applications, so many are for everybody. */
export const FOR_EVERYBODY = 10
const USERIDS_OF_A_GROUP = 50
const SESSION_MAX_AGE = 7 * DAY

/**
 * Fills a database. However large it is, somebody is in three groups and may open about as many applications: what
 * grows is what is around them.
 */
export async function fill(filling: Filling, size: Size): Promise<void> {
  const now = Date.now()
  const { people, sessions, groups, applications } = size
  const insert = (table: string, count: number, rowOf: (n: number) => Row) => filling.insert(table, each(count, rowOf))
  await insert('User', people, (person) => userRow(person, size, now))
  await insert('WorkEmail', people, emailRow)
  await insert('Session', sessions, (session) => sessionRow(session, size, now))
  await insert('Group', groups, (group) => groupRow(group, now))
  await insert('Application', applications, (application) => applicationRow(application, size, now))
  await filling.insertRecords(size.records, now)
  await filling.finish()
}

/** As many departments, and roles, as a quarter of the groups. */
export function departmentsOf({ groups }: Size): number {
  return Math.max(1, Math.floor(groups / 4))
}

/** A proxy's application for the department that this person is in. */
export function ownApplicationOf(person: number, size: Size): string {
  const forGroups = size.applications - FOR_EVERYBODY
  return applicationIdOf(FOR_EVERYBODY + ((person % departmentsOf(size)) % forGroups))
}

function applicationIdOf(application: number): string {
  return `application-${application}`
}

function userRow(person: number, size: Size, now: number): Row {
  const at = prismaDate(now)
  return {
    ...{
      id: userIdOf(person),
      unionId: unionIdOf(person),
      username: nickOf(person),
      handle: handleOf(person),
      nick: nickOf(person),
    },
    ...{ userid: useridOf(person), createdAt: at, lastLoginAt: at, membershipCheckedAt: at },
    ...{ profile: JSON.stringify(profileIn(person, departmentsOf(size))), profileReadAt: at },
  }
}

function emailRow(person: number): Row {
  return { address: emailOf(person), domain: 'mail.test', userId: userIdOf(person) }
}

function sessionRow(session: number, { people }: Size, now: number): Row {
  const createdAt = now - (session % 1000) * (DAY / 1000)
  return {
    id: randomUUID(),
    idHash: sha256(sessionIdOf(session)),
    userId: userIdOf(session % people),
    createdAt: prismaDate(createdAt),
    lastSeenAt: prismaDate(now),
    expiresAt: prismaDate(createdAt + SESSION_MAX_AGE),
    ip: '127.0.0.1',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36',
  }
}

/** Of each four groups one is a department, one a role, one a list of people and one another group. */
function groupRow(group: number, now: number): Row {
  const part = group >> 2
  const userids = Array.from({ length: USERIDS_OF_A_GROUP }, (_, n) => useridOf((part * USERIDS_OF_A_GROUP + n) * 7))
  const rules = [
    { departments: [{ id: departmentIdOf(part), below: true }] },
    { roles: [roleIdOf(part)] },
    { userids },
    { groups: [`group-${part * 4}`] },
  ][group % 4]
  return {
    name: `group-${group}`,
    rules: JSON.stringify({ departments: [], roles: [], userids: [], groups: [], ...rules }),
    createdAt: prismaDate(now),
  }
}

/** Behind those for everybody, each is for a department or two, so that each has one. */
function applicationRow(application: number, size: Size, now: number): Row {
  const [part, step] = [application - FOR_EVERYBODY, size.applications - FOR_EVERYBODY]
  const groups: string[] = []
  for (let department = part; department < departmentsOf(size); department += step)
    groups.push(`group-${department * 4}`)
  return {
    ...{ id: applicationIdOf(application), name: `应用 ${application}`, kind: 'proxy', description: '一个应用' },
    ...{ redirectUris: '[]', postLogoutRedirectUris: '[]', openUrl: `https://app-${application}.test/` },
    access: JSON.stringify(part < 0 ? 'everyone' : groups),
    ...{ usernameClaim: 'handle', refreshTokens: 0, scopes: '[]', createdAt: prismaDate(now) },
  }
}

/** Ids that can be found again without keeping a million of them. */
export function sessionIdOf(session: number): string {
  return sha256(`session ${session}`)
}

/** Known beforehand, so that people need not be kept in memory. */
export function userIdOf(person: number): string {
  return createHash('sha256')
    .update(`person ${person}`)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** As Prisma writes a DateTime into SQLite. */
export function prismaDate(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00')
}

function* each(count: number, rowOf: (n: number) => Row): Generator<Row> {
  for (let n = 0; n < count; n++) yield rowOf(n)
}
