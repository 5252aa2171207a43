/** So that spreadsheets read the file as UTF-8. */
export const BYTE_ORDER_MARK = '\ufeff'

/** What begins a formula in a spreadsheet, its full-width forms and look-alikes included. */
const FORMULA = '=+\\-@＝＋－＠﹣−﹢﹦﹫'
const begins = new RegExp(`^[\\p{White_Space}\\p{C}'"]*[${FORMULA}]`, 'u')
/** Where another program takes this for the border of a cell, the next one would begin. */
const inside = new RegExp(`([;,|])(?=[\\p{White_Space}\\p{C}]*[${FORMULA}])`, 'gu')

/** One line of a CSV file (RFC 4180), none of whose cells begins a formula in a spreadsheet. */
export function csvLine(cells: readonly (string | null | undefined)[]): string {
  return `${cells.map((cell) => `"${harmless(cell ?? '').replaceAll('"', '""')}"`).join(',')}\r\n`
}

/** The text with no control characters, and an apostrophe before what a spreadsheet would calculate. */
export function harmless(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, ' ').replace(inside, "$1'")
  return begins.test(plain) ? `'${plain}` : plain
}
