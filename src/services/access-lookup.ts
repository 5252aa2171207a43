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
  /** The first people with a userid whose userid, username or handle begins so. */
  people(text: string): Promise<Named[]>
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
  const wanted = text.trim().slice(0, 64)
  if (wanted === '') return []
  const named = await rows.names(wanted)
  const people = await rows.people(wanted)
  const found = [...named, ...people, ...groupsCalled(wanted, groups)]
  const byId = exactly(wanted).filter((one) => !found.some(({ kind, id }) => kind === one.kind && id === one.id))
  return [...found, ...byId]
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
