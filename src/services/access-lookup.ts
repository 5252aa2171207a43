import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Group } from './group.js'

/** What a rule of a group can name, with what people call it. */
export interface Named {
  kind: 'department' | 'role' | 'userid' | 'group'
  id: string
  /** Empty where it is not known. */
  name: string
}

export interface LookupRows {
  /** The first departments and roles in whose names this stands. */
  names(text: string): Promise<Named[]>
  /**
   * People with a userid whose userid, username or handle begins so, of some thousands behind this id; and the id to go
   * on behind, undefined at the end.
   */
  people(text: string, afterId: string): Promise<{ people: Named[]; next: string | undefined }>
  /** What the people with these userids are called, those who are known. */
  namesOfUserids(userids: readonly string[]): Promise<Map<string, string>>
}

/** So many are shown of each kind. */
const MAX_FOUND = 20

/** What somebody may mean by this text, for a rule of a group; by its very id, too, which nobody here may have yet. */
export async function lookUp(
  text: string,
  { rows, groups }: { rows: LookupRows; groups: readonly Pick<Group, 'name'>[] },
): Promise<Named[]> {
  // PostgreSQL takes no NUL.
  const wanted = text.replaceAll('\0', '').trim().slice(0, 64)
  if (wanted === '') return []
  const named = await rows.names(wanted)
  const people = await peopleCalled(wanted, rows)
  const found = [...named, ...people, ...groupsCalled(wanted, groups)]
  const byId = exactly(wanted).filter((one) => !found.some(({ kind, id }) => kind === one.kind && id === one.id))
  return [...found, ...byId]
}

/** Others get their turn between some thousands of people and the next. */
async function peopleCalled(text: string, rows: LookupRows): Promise<Named[]> {
  const found: Named[] = []
  for (let after: string | undefined = ''; after !== undefined && found.length < MAX_FOUND; ) {
    const { people, next }: Awaited<ReturnType<LookupRows['people']>> = await rows.people(text, after)
    found.push(...people)
    after = next
    await nextTurn()
  }
  return found.slice(0, MAX_FOUND)
}

/** The first groups in whose names this stands. */
export function groupsCalled(text: string, groups: readonly Pick<Group, 'name'>[]): Named[] {
  const small = text.trim().toLowerCase()
  return groups
    .filter(({ name }) => small !== '' && name.toLowerCase().includes(small))
    .slice(0, MAX_FOUND)
    .map(({ name }) => ({ kind: 'group', id: name, name: '' }))
}

function exactly(id: string): Named[] {
  const isNumber = /^[1-9]\d{0,14}$/.test(id)
  return [
    ...(isNumber ? [named('department', id), named('role', id)] : []),
    ...(/^[\x21-\x7e]+$/.test(id) ? [named('userid', id)] : []),
  ]
}

function named(kind: Named['kind'], id: string): Named {
  return { kind, id, name: '' }
}
