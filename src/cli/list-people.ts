import type { ListedUser } from '../services/ports.js'
import { streamArray, streamTable } from './stream.js'

const HEAD = ['USERNAME', 'HANDLE', 'NICK', 'ID', 'USERID', 'LAST LOGIN', 'SESSIONS', 'STATE']

type Pages = AsyncIterable<ListedUser[]>

/** A table of people for people, page by page. */
export function peopleAsTable(pages: Pages): AsyncGenerator<string> {
  return streamTable(HEAD, pagesOfCells(pages))
}

/** One JSON array of all people, page by page. */
export async function* peopleAsJson(pages: Pages): AsyncGenerator<string> {
  yield* streamArray(pages)
  yield '\n'
}

async function* pagesOfCells(pages: Pages): AsyncGenerator<string[][]> {
  for await (const people of pages) yield people.map(cellsOf)
}

function cellsOf(user: ListedUser): string[] {
  const { username, handle, nick, id, userid, lastLoginAt, sessions, disabledAt } = user
  const state = disabledAt ? 'disabled' : 'enabled'
  return [username, handle ?? '', nick, id, userid ?? '', lastLoginAt.toISOString(), String(sessions), state]
}
