import type { ExportRows, TransferUser } from './people-transfer.js'

/** How many rows are read at once. */
const PAGE = 500

/**
 * Everybody as the lines of a file, people first: objects that are written as JSON. Whoever comes while it is read may be
 * missing.
 */
export async function* exportPeople(rows: ExportRows): AsyncGenerator<{ people: number; lines: object[] }> {
  for await (const page of pages(
    (after) => rows.usersAfter(after, PAGE),
    (user) => user.id,
  ))
    yield { people: page.length, lines: page.map(lineOf) }
  for await (const page of pages(
    (after) => rows.promisesAfter(after, PAGE),
    (promise) => promise.person,
  ))
    yield { people: 0, lines: page.map(({ person, handle }) => ({ promisedTo: person, handle })) }
  for await (const page of pages(
    (after) => rows.formerAfter(after, PAGE),
    (hash) => hash,
  ))
    yield { people: 0, lines: page.map((former) => ({ former })) }
}

async function* pages<T>(read: (after: string) => Promise<T[]>, keyOf: (row: T) => string): AsyncGenerator<T[]> {
  let after: string | undefined = ''
  while (after !== undefined) {
    const page: T[] = await read(after)
    if (page.length > 0) yield page
    const last = page.at(-1)
    after = last !== undefined && page.length === PAGE ? keyOf(last) : undefined
  }
}

/** Without what is not there. */
function lineOf({ isAdministrator, workEmails, ...user }: TransferUser): object {
  const { unionId, id, username, handle, nick, userid, avatarUrl, createdAt, lastLoginAt, disabledAt } = user
  const all = { unionId, id, username, handle, nick, userid, avatarUrl, createdAt, lastLoginAt, disabledAt }
  return {
    ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)),
    ...(isAdministrator && { administrator: true }),
    ...(workEmails.length > 0 && { workEmails }),
  }
}
