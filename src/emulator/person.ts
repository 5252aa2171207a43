import { createHash, hash } from 'node:crypto'
import { z } from 'zod'
import { ROOT_ID } from './organisation/departments.js'

const text = z.string().min(1)
const ids = z.array(z.int().min(1))

/** What the organisation's directory says of a person; `outsider` and `left` are not in it. */
export const memberships = ['employee', 'external', 'outsider', 'left'] as const

export const personSchema = z.strictObject({
  id: z.string().regex(/^[\w-]{1,64}$/),
  nick: z.string(),
  membership: z.enum(memberships),
  unionId: text,
  openId: text,
  userId: text,
  /** An absolute address, or a path on the emulator. */
  avatarUrl: text.exactOptional(),
  email: text.exactOptional(),
  mobile: text.exactOptional(),
  stateCode: text.exactOptional(),
  /** The name in the directory, where that is not the nick. */
  name: text.exactOptional(),
  title: text.exactOptional(),
  jobNumber: text.exactOptional(),
  /** The mailbox that the organisation assigned. */
  orgEmail: text.exactOptional(),
  /** Ids of the departments they are in, while they are an employee. */
  departments: ids.min(1).default([ROOT_ID]),
  roles: ids.default([]),
})

/** Somebody with a DingTalk account. `id` is the emulator's own name for them: DingTalk's APIs do not have it. */
export type Person = z.infer<typeof personSchema>

const removable = text.nullable().exactOptional()

export const personChangeSchema = z.strictObject({
  nick: z.string().exactOptional(),
  membership: z.enum(memberships).exactOptional(),
  avatarUrl: removable,
  email: removable,
  mobile: removable,
  stateCode: removable,
  name: removable,
  title: removable,
  jobNumber: removable,
  orgEmail: removable,
  departments: ids.min(1).exactOptional(),
  roles: ids.exactOptional(),
})

/** What can change about a person; null takes it away. DingTalk's identifiers stay. */
export type PersonChange = z.infer<typeof personChangeSchema>

/** The person after a change. */
export function changedPerson(person: Person, change: PersonChange): Person {
  const fields = Object.entries({ ...person, ...change }).filter(([, value]) => value !== null)
  return personSchema.parse(Object.fromEntries(fields))
}

/** What the directory calls a person. */
export function directoryName({ name, nick }: Person): string {
  return name ?? nick
}

/** Completes a person with identifiers that look like DingTalk's and depend on `id` alone. */
export function makePerson(known: Pick<Person, 'id' | 'nick'> & Partial<Person>): Person {
  return {
    membership: 'employee',
    departments: [ROOT_ID],
    roles: [],
    unionId: `${identifier('unionid', known.id, 17)}iEiE`,
    openId: `${identifier('openid', known.id, 19)}iEiE`,
    userId: String(hash('sha256', `userid:${known.id}`, 'buffer').readUIntBE(0, 6)).padStart(15, '0'),
    ...known,
  }
}

function identifier(kind: string, id: string, length: number): string {
  return createHash('sha256')
    .update(`${kind}:${id}`)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length)
}
