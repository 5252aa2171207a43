import { formerHash } from './former-names.js'
import { cleanName, normaliseNick } from './nick.js'
import type { Named, TransferLine } from './people-transfer.js'

/** A person as the line's texts are kept: its names are normalised as nicks are. */
export function normalised(line: TransferLine): TransferLine {
  if (line.is !== 'person') return line
  const { username, nick } = line
  return {
    ...line,
    ...(username !== undefined && { username: cleanName(username) }),
    ...(nick !== undefined && { nick: normaliseNick(nick) }),
  }
}

/** What these lines name. */
export function namedBy(lines: readonly TransferLine[]): Named {
  const people = lines.flatMap((line) => (line.is === 'person' ? [line] : []))
  const promises = lines.flatMap((line) => (line.is === 'promise' ? [line] : []))
  const given = (texts: (string | undefined)[]) => texts.filter((text) => text !== undefined)
  const names = given([
    ...people.flatMap(({ username, handle }) => [username, handle]),
    ...promises.map((p) => p.handle),
  ])
  const workEmails = people.flatMap((line) => line.workEmails ?? [])
  const unionIds = people.map(({ unionId }) => unionId)
  return {
    unionIds: [...unionIds, ...promises.map(({ person }) => person)],
    ids: given(people.map(({ id }) => id)),
    names,
    userids: given(people.map(({ userid }) => userid)),
    workEmails,
    hashes: [
      ...lines.flatMap((line) => (line.is === 'former' ? [line.hash] : [])),
      ...names.map((name) => formerHash('name', name)),
      ...workEmails.map((address) => formerHash('email', address)),
      ...unionIds.map((unionId) => formerHash('unionId', unionId)),
    ],
  }
}
