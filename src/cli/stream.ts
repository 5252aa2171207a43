import { type Cell, GrowingTable } from './table.js'

/** A table for people, page by page. */
export async function* streamTable(head: string[], pages: AsyncIterable<Cell[][]>): AsyncGenerator<string> {
  const table = new GrowingTable(head)
  let isEmpty = true
  for await (const rows of pages) {
    yield `${table.add(rows)}\n`
    isEmpty = false
  }
  if (isEmpty) yield `${table.add([])}\n`
}

/** One JSON array for programs, page by page; `indent` is of the line that it begins in. */
export async function* streamArray(pages: AsyncIterable<unknown[]>, indent = ''): AsyncGenerator<string> {
  let before = '['
  for await (const page of pages) {
    for (const one of page) {
      yield `${before}\n${indent}${JSON.stringify([one], null, 2).slice(2, -2).replaceAll('\n', `\n${indent}`)}`
      before = ','
    }
  }
  yield before === '[' ? '[]' : `\n${indent}]`
}
