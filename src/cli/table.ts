import stringWidth from 'string-width'

const GAP = '  '

/** Columns as wide as their widest cell on a terminal, where Chinese takes two places a character. */
export function table(head: string[], rows: string[][]): string {
  return new GrowingTable().add(head.length > 0 ? [head, ...rows] : rows)
}

/** A table whose rows come in portions: its columns are as wide as the widest cell so far. */
export class GrowingTable {
  readonly #widths: number[] = []

  /** Returns these rows as lines. */
  add(rows: string[][]): string {
    const widths = this.#widths
    for (const cells of rows) {
      cells.forEach((cell, column) => {
        widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell))
      })
    }
    const pad = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))
    return rows.map((cells) => cells.map(pad).join(GAP).trimEnd()).join('\n')
  }
}
