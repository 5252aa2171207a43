import type { Fault } from './faults.js'
import { formerHash } from './former-names.js'
import { faultOfHandle } from './handle-choices.js'
import { isInvisible } from './nick.js'
import type { ImportedUser, Known, PersonLine, PromisedHandle, TransferLine, TransferUser } from './people-transfer.js'

/** A nick of 64 and a number behind it. */
const MAX_USERNAME = 72
/** Ours are UUIDs, those of other programs are kept: neither a username nor a number in a row of numbers. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{11,63}$/

/** Somebody who is here already, and what of the line they lack. */
export interface Change {
  user: TransferUser
  /** Of who has not come yet. */
  expected: Partial<ImportedUser>
  handle: string | undefined
  disables: boolean
  makesAdministrator: boolean
  workEmails: string[]
}

/** What a line asks for beside what is known; `known`: nothing. */
export type Judgement =
  | { is: 'faulty'; faults: Fault[] }
  | { is: 'known' }
  | { is: 'new'; person: NewPerson }
  | { is: 'change'; change: Change }
  | ({ is: 'promise' } & PromisedHandle)
  | { is: 'former'; hash: string }

export type NewPerson = Pick<PersonLine, 'unionId' | 'id' | 'handle' | 'userid' | 'avatarUrl'> &
  Pick<PersonLine, 'createdAt' | 'lastLoginAt' | 'disabledAt' | 'administrator'> & {
    username: string
    nick: string
    workEmails: string[]
  }

/** What follows from one line, whose names are normalised; what is wrong stands at the line's keys. */
export function judgeLine(line: TransferLine, known: Known): Judgement {
  if (line.is === 'former') return known.former.has(line.hash) ? { is: 'known' } : line
  if (line.is === 'promise') return judgePromise(line, known)
  const user = known.users.find(({ unionId }) => unionId === line.unionId)
  return user ? judgeKnown(line, user, known) : judgeNew(line, known)
}

function judgePromise({ person, handle }: PromisedHandle, known: Known): Judgement {
  const bearer = known.users.find((user) => user.handle === handle)
  if (bearer && (bearer.unionId === person || bearer.userid === person)) return { is: 'known' }
  const fault = faultOfHandle(handle) ?? problemOfName(handle, { unionId: person }, known)
  if (fault) return { is: 'faulty', faults: [{ path: 'handle', problem: fault }] }
  const isPromised = known.promises.some((promise) => promise.person === person && promise.handle === handle)
  return isPromised ? { is: 'known' } : { is: 'promise', person, handle }
}

function judgeNew(line: PersonLine, known: Known): Judgement {
  const { unionId, id, username, handle, workEmails = [] } = line
  if (username === undefined) return judgeNameless(line, known)
  const faults = [
    ...at(
      'unionId',
      known.former.has(formerHash('unionId', unionId)) ? 'was deleted while disabled: enable them first' : undefined,
    ),
    ...at('id', id === undefined ? undefined : problemOfId(id, unionId, known)),
    ...at('username', problemOfUsername(username) ?? problemOfName(username, line, known)),
    ...at('handle', handle === undefined ? undefined : (faultOfHandle(handle) ?? problemOfName(handle, line, known))),
    ...workEmails.flatMap((address, n) => at(`workEmails[${n}]`, problemOfMailbox(address, undefined, known))),
  ]
  if (faults.length > 0) return { is: 'faulty', faults }
  return { is: 'new', person: { ...line, username, nick: line.nick ?? username, workEmails } }
}

/** A handle alone is a promise: their first login makes the username. */
function judgeNameless({ unionId, userid: _, handle, ...rest }: PersonLine, known: Known): Judgement {
  const others = Object.entries(rest).filter(([key, value]) => key !== 'is' && value !== undefined)
  if (others.length > 0)
    return { is: 'faulty', faults: at('username', `is needed beside ${others.map(([key]) => key).join(', ')}`) }
  return handle === undefined ? { is: 'known' } : judgePromise({ person: unionId, handle }, known)
}

function judgeKnown(line: PersonLine, user: TransferUser, known: Known): Judgement {
  const { id, username, handle, nick, userid, avatarUrl, createdAt, lastLoginAt, workEmails = [] } = line
  const hasCome = user.lastLoginAt !== null
  const otherName = username !== undefined && username !== user.username ? username : undefined
  const otherHandle = handle !== undefined && handle !== user.handle ? handle : undefined
  const keepsHandle = hasCome && user.handle !== null
  const kept = 'they have another, and keep it for life'
  const faults = [
    ...at('id', id === undefined || id === user.id ? undefined : 'they are known here by another'),
    ...at(
      'username',
      otherName && (hasCome ? kept : (problemOfUsername(otherName) ?? problemOfName(otherName, line, known))),
    ),
    ...at(
      'handle',
      otherHandle && (keepsHandle ? kept : (faultOfHandle(otherHandle) ?? problemOfName(otherHandle, line, known))),
    ),
    ...workEmails.flatMap((address, n) => at(`workEmails[${n}]`, problemOfMailbox(address, user, known))),
  ]
  if (faults.length > 0) return { is: 'faulty', faults }
  const wanted = { username, handle, nick, userid, avatarUrl, createdAt, lastLoginAt }
  const change: Change = {
    user,
    expected: hasCome ? {} : differing(wanted, user),
    handle: hasCome ? otherHandle : undefined,
    disables: line.disabledAt !== undefined && user.disabledAt === null,
    makesAdministrator: line.administrator === true && !user.isAdministrator,
    workEmails: workEmails.filter((address) => !user.workEmails.includes(address)),
  }
  const { expected, disables, makesAdministrator } = change
  const isNone = Object.keys(expected).length + change.workEmails.length === 0 && !disables && !makesAdministrator
  return isNone && change.handle === undefined ? { is: 'known' } : { is: 'change', change }
}

function differing(wanted: { [key in keyof ImportedUser]?: ImportedUser[key] | undefined }, user: TransferUser) {
  const known = new Map<string, unknown>(Object.entries(user))
  const changes = Object.entries(wanted).filter(
    ([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(known.get(key)),
  )
  return Object.fromEntries(changes) as Partial<ImportedUser>
}

function problemOfId(id: string, unionId: string, { users }: Known): string | undefined {
  if (!ID.test(id)) return 'has not 12 to 64 of the characters A-Z, a-z, 0-9, hyphen and underscore'
  return users.some((user) => user.id === id && user.unionId !== unionId) ? 'is somebody else’s here' : undefined
}

function problemOfUsername(username: string): string | undefined {
  const isWhole = [...username].length <= MAX_USERNAME && !isInvisible(username)
  return isWhole ? undefined : `has not 1 to ${MAX_USERNAME} characters that can be seen`
}

/** A username and a handle are one person's: neither is anybody else's username or handle. */
function problemOfName(name: string, { unionId, userid }: Pick<PersonLine, 'unionId' | 'userid'>, known: Known) {
  const isBorne = known.users.some(
    (user) => user.unionId !== unionId && (user.username === name || user.handle === name),
  )
  if (isBorne) return 'is somebody else’s here'
  const isPromised = ({ person, handle }: PromisedHandle) => handle === name && person !== unionId && person !== userid
  if (known.promises.some(isPromised)) return 'is promised to somebody else'
  return known.former.has(formerHash('name', name)) ? 'was somebody’s who was deleted' : undefined
}

function problemOfMailbox(address: string, user: TransferUser | undefined, { mailboxes, former }: Known) {
  const owner = mailboxes.get(address)
  if (owner !== undefined && owner !== user?.id) return 'is somebody else’s here'
  return former.has(formerHash('email', address)) ? 'was somebody’s who was deleted' : undefined
}

function at(path: string, problem: string | undefined): Fault[] {
  return problem ? [{ path, problem }] : []
}
