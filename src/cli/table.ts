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
    const lines = rows.map((cells) => cells.map((text) => ({ text, width: widthOf(text) })))
    for (const cells of lines) {
      cells.forEach(({ width }, column) => {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, width)
      })
    }
    const pad = ({ text, width }: { text: string; width: number }, column: number) =>
      text + ' '.repeat((this.#widths[column] ?? 0) - width)
    return lines.map((cells) => cells.map(pad).join(GAP).trimEnd()).join('\n')
  }
}

/** Most cells are ASCII, whose width needs no look at each character. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}
