import stringWidth from 'string-width'

const GAP = '  '

/** Columns as wide as their widest cell on a terminal, where Chinese takes two places a character. */
export function table(head: string[], rows: string[][]): string {
  const lines = head.length > 0 ? [head, ...rows] : rows
  const widths: number[] = []
  for (const cells of lines) {
    cells.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, stringWidth(cell))
    })
  }
  const pad = (cell: string, column: number) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell))
  return lines.map((cells) => cells.map(pad).join(GAP).trimEnd()).join('\n')
}
