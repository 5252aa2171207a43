import stringWidth from 'string-width'
import { type Meaning, paint } from './style.js'

const GAP = '  '
/** Most cells are ASCII, whose width needs no look at each character. */
const PLAIN = /^[\x20-\x7e]*$/

/** A text, and what its colour says. */
export type Cell = string | { text: string; meaning: Meaning }

/** Columns as wide as their widest cell on a terminal, where Chinese takes two places a character. */
export function table(head: string[], rows: Cell[][], width = terminalWidth()): string {
  return new GrowingTable(head, width).add(rows)
}

/** What there is to say of one thing, a line for each value. */
export function factTable(facts: [string, Cell[]][]): string {
  const rows = facts.flatMap(([head, values]) => values.map((value, n) => [n === 0 ? head : '', value]))
  return table([], rows)
}

/**
 * A table whose rows come in portions: its columns are as wide as the widest cell so far. Where a terminal of `width` is
 * too narrow, cells go on in a further line, but no word is cut; where even that is too wide, each row is a list of its
 * cells, a line each.
 */
export class GrowingTable {
  readonly #head: Cell[]
  readonly #width: number
  /** Of each column, its widest cell and its longest word. */
  readonly #columns: { cell: number; word: number }[] = []
  #isBegun = false
  #isList = false

  constructor(head: string[], width = terminalWidth()) {
    this.#head = head.map((text) => ({ text, meaning: 'heading' }))
    this.#width = width
  }

  /** Returns these rows as lines, the first time with the head above them. */
  add(rows: Cell[][]): string {
    const all = this.#isBegun || this.#head.length === 0 ? rows : [this.#head, ...rows]
    for (const row of all) for (const [column, cell] of row.entries()) this.#measure(textOf(cell), column)
    const widths = this.#fit()
    this.#isList ||= widths === undefined && this.#head.length > 0 && rows.length > 0
    const lists = this.#isList ? rows.map((row, n) => (n > 0 || this.#isBegun ? '\n' : '') + this.#listOf(row)) : []
    this.#isBegun = true
    if (this.#isList) return lists.join('\n')
    return all.map((row) => linesOf(row, widths ?? this.#columns.map(({ cell }) => cell))).join('\n')
  }

  #measure(text: string, column: number): void {
    this.#columns[column] ??= { cell: 0, word: 0 }
    const known = this.#columns[column]
    known.cell = Math.max(known.cell, widthOf(text))
    if (Number.isFinite(this.#width)) known.word = Math.max(known.word, ...text.split(' ').map(widthOf))
  }

  /** The columns' widths: the widest are made narrower until all fit. Undefined where words would have to be cut. */
  #fit(): number[] | undefined {
    const widths = this.#columns.map(({ cell }) => cell)
    let beyond = widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - this.#width
    while (beyond > 0) {
      const narrowed = this.#columns.map(({ word }, column) =>
        (widths[column] ?? 0) > word ? (widths[column] ?? 0) : 0,
      )
      const widest = narrowed.indexOf(Math.max(...narrowed))
      if (!narrowed[widest]) return undefined
      widths[widest] = (widths[widest] ?? 0) - 1
      beyond -= 1
    }
    return widths
  }

  /** Each cell that says something, behind its column's head. */
  #listOf(row: Cell[]): string {
    const facts = this.#head.flatMap((head, column) => (textOf(row[column] ?? '') ? [[head, row[column] ?? '']] : []))
    const width = Math.max(...this.#head.map((cell) => widthOf(textOf(cell))))
    return facts.map((fact) => linesOf(fact, [width, Number.POSITIVE_INFINITY])).join('\n')
  }
}

/** A row, in as many lines as its cells need. */
function linesOf(row: Cell[], widths: number[]): string {
  const cells = row.map((cell, column) => ({ cell, lines: wrap(textOf(cell), widths[column] ?? 0) }))
  const height = Math.max(1, ...cells.map(({ lines }) => lines.length))
  return Array.from({ length: height }, (_, line) => {
    const texts = cells.map(({ cell, lines }) => ({ cell, text: lines[line] ?? '' }))
    const last = texts.findLastIndex(({ text }) => text !== '')
    const pad = (text: string, column: number) =>
      column < last ? ' '.repeat((widths[column] ?? 0) - widthOf(text)) + GAP : ''
    const shown = texts.slice(0, last + 1).map(({ cell, text }, column) => painted(cell, text) + pad(text, column))
    return shown.join('')
  }).join('\n')
}

/** The text in lines of this width, broken between words. */
function wrap(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length > 0 ? `${lines.at(-1)} ${word}` : word
    if (lines.length > 0 && widthOf(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

/** Without control characters: what a browser calls itself must not steer an operator's terminal. */
function textOf(cell: Cell): string {
  const text = typeof cell === 'string' ? cell : cell.text
  return PLAIN.test(text) ? text : text.replace(/\p{Cc}/gu, ' ')
}

function painted(cell: Cell, text: string): string {
  return typeof cell === 'string' || text === '' ? text : paint(cell.meaning, text)
}

/** What is read by a program, or in a file, has no width; some terminals do not know theirs. */
function terminalWidth(): number {
  return (process.stdout.isTTY && process.stdout.columns) || Number.POSITIVE_INFINITY
}

function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text)
}
