import { isAmong } from '../services/administrators.js'
import type { ListedUser } from '../services/ports.js'
import { streamArray, streamTable } from './stream.js'
import type { Cell } from './table.js'

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

async function* pagesOfCells(pages: Pages, administrators: Ids): AsyncGenerator<Cell[][]> {
  for await (const people of withRights(pages, administrators)) yield people.map(cellsOf)
}

function cellsOf(user: ListedUser & { isAdministrator: boolean }): Cell[] {
  const { username, handle, nick, id, userid, lastLoginAt, sessions, disabledAt } = user
  return [
    username,
    handle ?? '',
    nick,
    id,
    userid ?? '',
    lastLoginAt?.toISOString() ?? 'not yet',
    String(sessions),
    stateCell(disabledAt),
    user.isAdministrator ? 'yes' : '',
  ]
}

/** Whether somebody may log in. */
export function stateCell(disabledAt: Date | null): Cell {
  return disabledAt ? { text: 'disabled', meaning: 'warning' } : 'enabled'
}
