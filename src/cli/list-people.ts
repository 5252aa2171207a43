import type { ListedUser } from '../services/ports.js'
import { GrowingTable } from './table.js'

const HEAD = ['USERNAME', 'HANDLE', 'NICK', 'ID', 'USERID', 'LAST LOGIN', 'SESSIONS', 'STATE']

type Pages = AsyncIterable<ListedUser[]>

/** A table of people for people, page by page. */
export async function* peopleAsTable(pages: Pages): AsyncGenerator<string> {
  const table = new GrowingTable()
  let head = [HEAD]
  for await (const people of pages) {
    yield `${table.add([...head, ...people.map(cellsOf)])}\n`
    head = []
  }
  if (head.length > 0) yield `${table.add(head)}\n`
}

/** One JSON array of all people, page by page. */
export async function* peopleAsJson(pages: Pages): AsyncGenerator<string> {
  let before = '['
  for await (const people of pages) {
    for (const person of people) {
      yield `${before}\n${JSON.stringify([person], null, 2).slice(2, -2)}`
      before = ','
    }
  }
  yield before === '[' ? '[]\n' : '\n]\n'
}

function cellsOf(user: ListedUser): string[] {
  const { username, handle, nick, id, userid, lastLoginAt, sessions, disabledAt } = user
  const state = disabledAt ? 'disabled' : 'enabled'
  return [username, handle ?? '', nick, id, userid ?? '', lastLoginAt.toISOString(), String(sessions), state]
}
