import { isAmong } from '../services/administrators.js'
import type { ListedUser } from '../services/ports.js'
import { streamArray, streamTable } from './stream.js'

const HEAD = ['USERNAME', 'HANDLE', 'NICK', 'ID', 'USERID', 'LAST LOGIN', 'SESSIONS', 'STATE', 'ADMINISTRATOR']

type Pages = AsyncIterable<ListedUser[]>
type Ids = ReadonlySet<string>

/** A table of people for people, page by page. */
export function peopleAsTable(pages: Pages, administrators: Ids): AsyncGenerator<string> {
  return streamTable(HEAD, pagesOfCells(pages, administrators))
}

/** One JSON array of all people, page by page. */
export async function* peopleAsJson(pages: Pages, administrators: Ids): AsyncGenerator<string> {
  yield* streamArray(withRights(pages, administrators))
  yield '\n'
}

async function* withRights(
  pages: Pages,
  administrators: Ids,
): AsyncGenerator<(ListedUser & { isAdministrator: boolean })[]> {
  for await (const people of pages)
    yield people.map((user) => ({ ...user, isAdministrator: isAmong(administrators, user) }))
}

async function* pagesOfCells(pages: Pages, administrators: Ids): AsyncGenerator<string[][]> {
  for await (const people of withRights(pages, administrators)) yield people.map(cellsOf)
}

function cellsOf(user: ListedUser & { isAdministrator: boolean }): string[] {
  const { username, handle, nick, id, userid, lastLoginAt, sessions, disabledAt } = user
  const state = disabledAt ? 'disabled' : 'enabled'
  return [
    username,
    handle ?? '',
    nick,
    id,
    userid ?? '',
    lastLoginAt.toISOString(),
    String(sessions),
    state,
    user.isAdministrator ? 'yes' : '',
  ]
}
