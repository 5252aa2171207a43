import type { GroupRules } from '../services/group.js'
import type { Reason } from '../services/group-index.js'
import type { Member } from '../services/group-members.js'
import type { UsedGroup } from '../services/groups.js'
import { stateCell } from './list-people.js'
import { streamArray, streamTable } from './stream.js'
import { type Cell, factTable } from './table.js'

/** What departments and roles are called, such as `department 1001`. */
export type Names = ReadonlyMap<string, string>

/** What in these rules can have a name. */
export function namedIn({ departments, roles }: GroupRules): string[] {
  return [...departments.map(({ id }) => `department ${id}`), ...roles.map((id) => `role ${id}`)]
}

/** A group for programs, with the names beside. */
export function groupAsJson(group: UsedGroup, names: Names) {
  const named = new Set(namedIn(group))
  return { ...group, names: Object.fromEntries([...names].filter(([id]) => named.has(id))) }
}

/** The rules of a group, each as a text such as `department 1001 研发部 and below`. */
export function ruleTexts({ departments, roles, userids, groups }: GroupRules, names: Names): string[] {
  const facts = [
    ...departments.map(({ id, below }) => `department ${id}${below ? ' and below' : ''}`),
    ...roles.map((id) => `role ${id}`),
    ...userids.map((userid) => `userid ${userid}`),
    ...groups.map((name) => `group ${name}`),
  ]
  return facts.map((fact) => withName(fact, names))
}

/** What there is to say of a group, a line each. */
export function groupAsText(group: UsedGroup, names: Names = new Map()): string {
  return factTable([
    ['name', [group.name]],
    ['who', ruleTexts(group, names)],
    ['used by', group.usedBy],
    ['added', [group.createdAt.toISOString()]],
  ])
}

/** A table of a group's people for people, page by page. */
export function membersAsTable(pages: AsyncIterable<Member[]>, names: Names): AsyncGenerator<string> {
  const cellsOf = ({ user, because }: Member): Cell[] => [
    user.username,
    user.profile?.name ?? '',
    user.userid ?? '',
    because.map((reason) => withName(textOf(reason), names)).join(', as '),
    user.profileReadAt?.toISOString() ?? '',
    stateCell(user.disabledAt),
  ]
  return streamTable(['USERNAME', 'NAME', 'USERID', 'BECAUSE OF', 'READ', 'STATE'], pagesOf(pages, cellsOf))
}

/** A group as one JSON object, with its people at the end, page by page. */
export async function* membersAsJson(shown: object, pages: AsyncIterable<Member[]>): AsyncGenerator<string> {
  yield JSON.stringify({ ...shown, people: [] }, null, 2).slice(0, -'[]\n}'.length)
  yield* streamArray(pagesOf(pages, personOf), '  ')
  yield '\n}\n'
}

function personOf({ user, because }: Member) {
  const { id, username, handle, userid, profile, profileReadAt, disabledAt } = user
  return {
    id,
    username,
    handle,
    userid,
    name: profile?.name ?? null,
    because: because.map(textOf),
    profileReadAt,
    disabledAt,
  }
}

async function* pagesOf<T>(pages: AsyncIterable<Member[]>, each: (member: Member) => T): AsyncGenerator<T[]> {
  for await (const page of pages) yield page.map(each)
}

/** Such as `below department 1001`. */
function textOf({ kind, id }: Reason): string {
  return `${kind} ${id}`
}

/** The name stands behind its id. */
function withName(fact: string, names: Names): string {
  return fact.replace(/(?:department|role) \d+/, (id) => (names.has(id) ? `${id} ${names.get(id)}` : id))
}
